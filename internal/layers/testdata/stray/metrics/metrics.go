package metrics

import (
	"os"
	clock "time"

	_ "github.com/duckdb/duckdb-go/v2"
	_ "github.com/stranger/decimal"

	_ "tearsheet/calendar"
	_ "tearsheet/plan"
)

func init() { _ = clock.Now() }

func environment() string { return os.Getenv("HOME") }

func read() { _ = os.DirFS(".") }
