package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v4/pgxpool"
	_ "github.com/mattn/go-sqlite3"
)

// store keeps to-dos, or, as the seed does, nothing.
type store interface {
	prepare() error
	insert(Todo) error
}

func openStore(kind, address string) (store, error) {
	switch kind {
	case "postgres":
		pool, err := pgxpool.Connect(context.Background(), address)
		return postgres{pool}, err
	case "sqlite":
		// The same promise as recado's: a write is on the disk before it is answered.
		db, err := sql.Open("sqlite3", "file:"+address+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000")
		if err == nil {
			db.SetMaxOpenConns(1)
		}
		return sqlite{db}, err
	case "":
		return nothing{}, nil
	default:
		return nil, fmt.Errorf("STORE is %q: it may be postgres, sqlite or empty", kind)
	}
}

type nothing struct{}

func (nothing) prepare() error    { return nil }
func (nothing) insert(Todo) error { return nil }

type postgres struct{ pool *pgxpool.Pool }

func (p postgres) prepare() error {
	_, err := p.pool.Exec(context.Background(),
		`CREATE TABLE todos (id BIGSERIAL PRIMARY KEY, user_id BIGINT NOT NULL, title TEXT NOT NULL,
		 done BOOLEAN NOT NULL DEFAULT FALSE, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
		 CREATE INDEX todos_of_user ON todos (user_id)`)
	return err
}

func (p postgres) insert(todo Todo) error {
	_, err := p.pool.Exec(context.Background(), "INSERT INTO todos (user_id, title) VALUES ($1, $2)", todo.UserID, todo.Title)
	return err
}

type sqlite struct{ db *sql.DB }

func (s sqlite) prepare() error {
	_, err := s.db.Exec(`CREATE TABLE todos (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, title TEXT NOT NULL,
		done INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
		CREATE INDEX todos_of_user ON todos (user_id)`)
	return err
}

func (s sqlite) insert(todo Todo) error {
	_, err := s.db.Exec("INSERT INTO todos (user_id, title) VALUES (?, ?)", todo.UserID, todo.Title)
	return err
}
