// The seed's own design, in Go: log in, create, log out and refresh, with gin, go-redis and JSON Web Tokens whose ids
// live in Redis until the tokens expire. STORE=postgres or STORE=sqlite also stores each to-do, one INSERT each.
//
//	go-seed serve | fill | sessions --users N --count N --password TEXT
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/gin-gonic/gin"
)

// Todo is what a create takes and answers.
type Todo struct {
	UserID int64  `json:"user_id"`
	Title  string `json:"title" binding:"required,max=500"`
}

// Credentials is the body of a login.
type Credentials struct {
	Username string `json:"username" binding:"required"`
	Password string `json:"password" binding:"required"`
}

type refreshRequest struct {
	RefreshToken string `json:"refresh_token" binding:"required"`
}

type service struct {
	tokens tokens
	todos  store
	people map[string]int64
	secret string
}

func main() {
	flags := flag.NewFlagSet("go-seed", flag.ExitOnError)
	users := flags.Int("users", 1000, "how many users there are, with ids from 1")
	count := flags.Int("count", 0, "sessions in all")
	password := flags.String("password", os.Getenv("BENCH_PASSWORD"), "of every user, as in the seed without a hash")
	if err := flags.Parse(os.Args[2:]); err != nil {
		log.Fatal(err)
	}
	todos, err := openStore(os.Getenv("STORE"), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	tokens := newTokens(os.Getenv("REDIS_URL"), os.Getenv("ACCESS_SECRET"), os.Getenv("REFRESH_SECRET"))
	switch os.Args[1] {
	case "fill":
		err = todos.prepare()
	case "sessions":
		err = sessions(tokens, *users, *count)
	default:
		err = serve(service{tokens: tokens, todos: todos, people: people(*users), secret: *password})
	}
	if err != nil {
		log.Fatal(err)
	}
}

func people(count int) map[string]int64 {
	all := make(map[string]int64, count)
	for id := 1; id <= count; id++ {
		all["user"+strconv.Itoa(id)] = int64(id)
	}
	return all
}

func sessions(tokens tokens, users, count int) error {
	opened := make([]map[string]any, 0, count)
	for number := 0; number < count; number++ {
		id := int64(number%users + 1)
		pair, err := tokens.issue(id)
		if err != nil {
			return err
		}
		opened = append(opened, map[string]any{"user_id": id, "access": pair.Access, "refresh": pair.Refresh})
	}
	return json.NewEncoder(os.Stdout).Encode(opened)
}

func serve(s service) error {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery())
	router.GET("/healthz", func(c *gin.Context) { c.Status(http.StatusOK) })
	router.POST("/login", s.login)
	router.POST("/todo", s.guard, s.create)
	router.POST("/logout", s.guard, s.logout)
	router.POST("/token/refresh", s.refresh)
	return router.Run(fmt.Sprintf("127.0.0.1:%s", os.Getenv("PORT")))
}

func (s service) login(c *gin.Context) {
	var body Credentials
	if c.ShouldBindJSON(&body) != nil {
		c.JSON(http.StatusUnprocessableEntity, "Invalid json provided")
		return
	}
	id, known := s.people[body.Username]
	if !known || body.Password != s.secret {
		c.JSON(http.StatusUnauthorized, "Please provide valid login details")
		return
	}
	s.give(c, http.StatusOK, id)
}

// guard asks the signature, then Redis: the seed's middleware forgot the second, its handlers did it.
func (s service) guard(c *gin.Context) {
	claims, err := s.tokens.authenticate(c.GetHeader("Authorization"))
	if err != nil {
		c.AbortWithStatusJSON(http.StatusUnauthorized, "unauthorized")
		return
	}
	c.Set("claims", claims)
}

func (s service) create(c *gin.Context) {
	var todo Todo
	if c.ShouldBindJSON(&todo) != nil {
		c.JSON(http.StatusUnprocessableEntity, "invalid json")
		return
	}
	todo.UserID = c.MustGet("claims").(claims).user
	if err := s.todos.insert(todo); err != nil {
		c.JSON(http.StatusServiceUnavailable, err.Error())
		return
	}
	c.JSON(http.StatusCreated, todo)
}

func (s service) logout(c *gin.Context) {
	if s.tokens.forget(c.MustGet("claims").(claims).id) != nil {
		c.JSON(http.StatusUnauthorized, "unauthorized")
		return
	}
	c.JSON(http.StatusOK, "Successfully logged out")
}

func (s service) refresh(c *gin.Context) {
	var body refreshRequest
	if c.ShouldBindJSON(&body) != nil {
		c.JSON(http.StatusUnprocessableEntity, "Invalid json provided")
		return
	}
	id, err := s.tokens.spend(body.RefreshToken)
	if err != nil {
		c.JSON(http.StatusUnauthorized, "Refresh token expired")
		return
	}
	s.give(c, http.StatusCreated, id)
}

func (s service) give(c *gin.Context, status int, id int64) {
	pair, err := s.tokens.issue(id)
	if err != nil {
		c.JSON(http.StatusServiceUnavailable, err.Error())
		return
	}
	c.JSON(status, pair)
}
