package files_test

import (
	"maps"
	"os"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/pipeline/source/files"
	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) { os.Exit(warehousetest.Main(m)) }

// The same files give the same versions on both engines, so a warehouse can move.
func TestBothEnginesLoadTheSame(t *testing.T) {
	p := newProject(t, "America/Toronto")
	other, err := pg.Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	p.write(t, "sales.csv", "occurred_at,user_id,client,price,score,paid,since\n"+
		"2026-11-13T05:00:00Z,1,web,12.50,1.5,true,2026-11-01\n2026-11-15 23:59:59.123456-05,,\"i,\"\"os\"\"\né\",,-1e-300,,\n"+strings.Repeat("2026-11-14 12:00:00,7,web,0.001,0.1,f,0001-01-01\n", 3000))
	var loads []map[calendar.Day]calendar.Load
	for _, w := range []warehouse.Warehouse{p.db, other} {
		for range 2 {
			if _, err := files.Load(t.Context(), w, p.cal, parquetSource(t, "sales.csv"), p.options()); err != nil {
				t.Fatal(err)
			}
		}
		loaded, err := w.Loaded(t.Context(), "sales", day(t, "2026-11-01"), day(t, "2026-12-01"))
		if err != nil {
			t.Fatal(err)
		}
		loads = append(loads, loaded)
	}
	if len(loads[0]) != 3 || !maps.Equal(loads[0], loads[1]) {
		t.Errorf("DuckDB: %v\nPostgreSQL: %v", loads[0], loads[1])
	}
}
