package mysql_test

import (
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

func TestPostgreSQLHoldsTheSameAsDuckDB(t *testing.T) {
	s := newShopOn(t, testenv.OwnMariaDB(t, "--skip-log-bin"), "America/Toronto")
	s.exec(t, "set sql_mode = 'ALLOW_INVALID_DATES'", makePurchases, "insert into purchases select seq, seq, seq / 100, timestamp'2026-11-01 00:00:00' + interval seq hour from seq_1_to_300",
		"insert into purchases values (301, null, null, '0000-00-00 00:00:00')", makeUsers, "insert into users values (1, 'Bjørn 🙂')")
	postgres, err := pg.Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { postgres.Close() })
	var dumps []string
	for _, w := range []warehouse.Warehouse{s.warehouse, postgres} {
		for range 2 { // the second time there is something to compare with
			report, err := mysql.Load(t.Context(), w, s.calendar, s.source(users(t), purchases(t)), s.options)
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range report.Tables {
				if table.Err != nil {
					t.Fatal(table.Err)
				}
			}
			s.exec(t, "update purchases set amount = 7 where id = 20")
		}
		s.exec(t, "update purchases set amount = 0.20 where id = 20")
		dump, err := warehousetest.Dump(t.Context(), w) // the ledger: it has the versions of the rows
		if err != nil {
			t.Fatal(err)
		}
		dumps = append(dumps, dump)
	}
	if dumps[0] != dumps[1] {
		t.Errorf("DuckDB:\n%s\nPostgreSQL:\n%s", dumps[0], dumps[1])
	}
	if !strings.Contains(dumps[0], "does not exist") || strings.Count(dumps[0], "production.purchases") < 13 {
		t.Errorf("the ledger says little:\n%s", dumps[0])
	}
}
