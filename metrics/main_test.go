package metrics

import (
	"os"
	"testing"

	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) { os.Exit(warehousetest.Main(m)) }
