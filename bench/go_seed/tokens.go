package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt"
	"gopkg.in/redis.v5"
)

const (
	accessLife  = 15 * time.Minute
	refreshLife = 7 * 24 * time.Hour
)

var errToken = errors.New("unauthorized")

// pair is what login and refresh answer.
type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

type claims struct {
	id   string
	user int64
}

// tokens signs, and keeps each token's id in Redis for as long as the token lives.
type tokens struct {
	redis           *redis.Client
	access, refresh []byte
}

func newTokens(url, access, refresh string) tokens {
	options, err := redis.ParseURL(url)
	if err != nil {
		panic(err)
	}
	return tokens{redis.NewClient(options), []byte(access), []byte(refresh)}
}

func (t tokens) issue(user int64) (pair, error) {
	accessID, refreshID := newID(), newID()
	access, err := sign(accessID, user, accessLife, t.access)
	if err != nil {
		return pair{}, err
	}
	refresh, err := sign(refreshID, user, refreshLife, t.refresh)
	if err != nil {
		return pair{}, err
	}
	if err := t.redis.Set(accessID, user, accessLife).Err(); err != nil {
		return pair{}, err
	}
	return pair{access, refresh}, t.redis.Set(refreshID, user, refreshLife).Err()
}

func (t tokens) authenticate(header string) (claims, error) {
	found, err := verify(strings.TrimPrefix(header, "Bearer "), t.access)
	if err != nil {
		return claims{}, err
	}
	user, err := t.redis.Get(found.id).Int64()
	if err != nil || user != found.user {
		return claims{}, errToken
	}
	return found, nil
}

func (t tokens) spend(token string) (int64, error) {
	found, err := verify(token, t.refresh)
	if err != nil {
		return 0, err
	}
	if gone, err := t.redis.Del(found.id).Result(); err != nil || gone == 0 {
		return 0, errToken
	}
	return found.user, nil
}

func (t tokens) forget(id string) error {
	return t.redis.Del(id).Err()
}

func sign(id string, user int64, life time.Duration, key []byte) (string, error) {
	told := jwt.MapClaims{"jti": id, "sub": strconv.FormatInt(user, 10), "exp": time.Now().Add(life).Unix()}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, told).SignedString(key)
}

func verify(token string, key []byte) (claims, error) {
	parsed, err := jwt.Parse(token, func(read *jwt.Token) (interface{}, error) {
		if _, ok := read.Method.(*jwt.SigningMethodHMAC); !ok {
			return nil, errToken
		}
		return key, nil
	})
	if err != nil || !parsed.Valid {
		return claims{}, errToken
	}
	told, ok := parsed.Claims.(jwt.MapClaims)
	if !ok {
		return claims{}, errToken
	}
	id, _ := told["jti"].(string)
	subject, _ := told["sub"].(string)
	user, err := strconv.ParseInt(subject, 10, 64)
	if err != nil || id == "" {
		return claims{}, errToken
	}
	return claims{id, user}, nil
}

func newID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
