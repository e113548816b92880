package warehousetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/internal/testenv"
)

// Postgres returns the URL of a fresh database that ends with the test, on the
// server that testenv.Postgres gives.
func Postgres(t testing.TB) string {
	t.Helper()
	admin := testenv.Postgres(t)
	name := fmt.Sprintf("tearsheet_%d_%d", os.Getpid(), databases.Add(1))
	execute(t, admin, "create database "+name)
	t.Cleanup(func() { execute(t, admin, "drop database if exists "+name+" with (force)") })
	fresh, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	fresh.Path = "/" + name
	return fresh.String()
}

// databases gives each database of this process its own name.
var databases atomic.Int64

// Main runs the tests of a package that asks for Postgres, and ends the server that
// was started for them, if one was.
func Main(m *testing.M) int { return testenv.Main(m) }

func execute(t testing.TB, url, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}
