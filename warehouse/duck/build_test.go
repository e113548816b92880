package duck_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/warehouse"
)

func TestBuildReadsTablesAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "warehouse.duckdb"))
	defer db.Close()
	file := filepath.Join(dir, "likes.csv")
	if err := os.WriteFile(file, []byte("user_id,client\n1,web\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	users := warehouse.Table{Name: "users", Whole: true, Columns: []warehouse.Column{{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	if err := db.Ensure(t.Context(), users); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"select user_id from '" + file + "'":                     "disabled by configuration",
		"select user_id from \"" + file + "\"":                   "disabled by configuration",
		"select user_id from read_csv('" + file + "')":           "function read_csv is not allowed",
		"select 1 as user_id; drop table users":                  "not exactly one SELECT",
		"select 1 as user_id; select 2 as user_id":               "not exactly one SELECT",
		"delete from users returning user_id":                    "not exactly one SELECT",
		"select cast(getenv('HOME') as bigint) as user_id":       "function getenv is not allowed",
		"select user_id from query('select 1 as user_id')":       "function query is not allowed",
		"select 1 as user_id where (select count(*) from users)": "", // the control
	} {
		_, err := db.Build(t.Context(), warehouse.Build{Table: users, Select: query, Parts: []warehouse.Part{{Day: warehouse.WholePart}}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error is %v, want %q", query, err, want)
		}
		check := warehouse.Build{Table: users, Select: "select 1 as user_id", Parts: []warehouse.Part{{Day: warehouse.WholePart}},
			Checks: []warehouse.Check{{Name: "c", Query: query}}}
		if _, err := db.Build(t.Context(), check); want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `check "c"`)) {
			t.Errorf("check %s: error is %v, want %q", query, err, want)
		}
	}
	if n := rowsOf(t, db, "users"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// What an error quotes of the data decides nothing: a user who is called "IO Error" must
// not end the night.
func TestDataThatSoundsLikeAFailureIsData(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "warehouse.duckdb"))
	defer db.Close()
	users := warehouse.Table{Name: "users", Whole: true, Columns: []warehouse.Column{{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	if err := db.Ensure(t.Context(), users); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"IO Error: No space left on device", "FATAL Error: database has been invalidated", "Out of Memory Error", "Binder Error: x"} {
		_, err := db.Build(t.Context(), warehouse.Build{Table: users, Select: "select cast(name as bigint) as user_id from (select '" + name + "' as name union all select '1')",
			Parts: []warehouse.Part{{Day: warehouse.WholePart}}})
		var storage *warehouse.StorageError
		var syntax *warehouse.SyntaxError
		if err == nil || errors.As(err, &storage) || errors.As(err, &syntax) {
			t.Errorf("%s: error is %T, %v; want one of a value", name, err, err)
		} else if !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "memory limit") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error is %q", name, err)
		}
	}
}
