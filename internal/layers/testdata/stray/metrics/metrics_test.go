package metrics

import (
	"os"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	_ "tearsheet/plan"
	_ "tearsheet/warehouse/warehousetest"
)

var now, home = time.Now(), os.Getenv("HOME")
