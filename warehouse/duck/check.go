package duck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tearsheet/warehouse"
)

// CheckSelect returns what is wrong with a statement: it has to be exactly one
// SELECT, and must not call a function that reads files, settings or other
// statements. It only reads the text; whether the tables exist is for Describe. A
// fault of grammar is a *warehouse.SyntaxError.
func (r *Reader) CheckSelect(ctx context.Context, query string) error {
	return explain(checkSelect(ctx, r.db, query), r.path, query, r.limits)
}

func checkSelect(ctx context.Context, db *sql.DB, query string) error {
	var text string
	row := db.QueryRowContext(ctx, "select cast(json_serialize_sql(cast($1 as varchar)) as varchar)", query)
	if err := row.Scan(&text); err != nil {
		return err
	}
	var tree struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []any  `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return fmt.Errorf("tree of the statement: %w", err)
	}
	switch {
	case tree.Error && tree.Type == "parser":
		offset, err := strconv.Atoi(tree.Position)
		if err != nil {
			offset = -1
		}
		return &warehouse.SyntaxError{Message: tree.Message, Offset: offset}
	case tree.Error || len(tree.Statements) != 1:
		return errors.New("not exactly one SELECT")
	}
	return refusal(tree.Statements[0])
}

// refusal walks the tree of a statement and returns what must not be in it.
func refusal(node any) error {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			if err := refusal(child); err != nil {
				return err
			}
		}
	case map[string]any:
		if n["type"] == "SHOW_REF" {
			return errors.New("not a SELECT: it shows or describes")
		}
		if name, _ := n["function_name"].(string); denied(strings.ToLower(name)) {
			return fmt.Errorf("function %s is not allowed: a metric reads tables and nothing else", strings.ToLower(name))
		}
		for _, key := range slices.Sorted(maps.Keys(n)) { // the same answer each time
			if err := refusal(n[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// denied reports whether a function reaches beyond the tables. The handle refuses
// most of these as well; here they are refused with a reason, before anything runs.
func denied(function string) bool {
	for _, prefix := range []string{"read_", "parquet_", "pragma_", "duckdb_", "sniff_", "json_execute_", "sqlite_", "postgres_", "mysql_"} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"glob", "query", "query_table", "getenv", "current_setting", "getvariable", "which_secret", "nextval", "currval",
		"checkpoint", "force_checkpoint", "iceberg_scan", "delta_scan", "arrow_scan", "arrow_scan_dumb", "from_substrait",
		"repeat_row", "seq_scan", "index_scan", "in_search_path", "write_log", "parse_duckdb_log_message", "enable_logging",
		"disable_logging", "enable_profiling", "disable_profiling", "storage_info", "write_blob", "test_all_types", "summary",
	}, function)
}
