package duck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tearsheet/warehouse"
)

// CheckSelect returns the tables that a statement reads, sorted, or what is wrong
// with it: it has to be exactly one SELECT, and must not call a function that
// reads files, settings or other statements. It only reads the text; whether the
// tables exist is for Describe. A fault of grammar is a *warehouse.SyntaxError.
func (r *Reader) CheckSelect(ctx context.Context, query string) ([]string, error) {
	var text string
	row := r.db.QueryRowContext(ctx, "select cast(json_serialize_sql(cast($1 as varchar)) as varchar)", query)
	if err := row.Scan(&text); err != nil {
		return nil, explain(err, r.path, query, r.limits)
	}
	var tree struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []any  `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return nil, fmt.Errorf("tree of the statement: %w", err)
	}
	switch {
	case tree.Error && tree.Type == "parser":
		offset, err := strconv.Atoi(tree.Position)
		if err != nil {
			offset = -1
		}
		return nil, &warehouse.SyntaxError{Message: tree.Message, Offset: offset}
	case tree.Error || len(tree.Statements) != 1:
		return nil, errors.New("not exactly one SELECT")
	}
	found := search{tables: map[string]bool{}}
	found.walk(tree.Statements[0], scope{})
	if found.fault != nil {
		return nil, found.fault
	}
	tables := make([]string, 0, len(found.tables))
	for table := range found.tables {
		tables = append(tables, table)
	}
	slices.Sort(tables)
	return tables, nil
}

// scope holds the names, in lower case, that common table expressions have given.
type scope map[string]bool

func (s scope) with(name string) scope {
	wider := scope{strings.ToLower(name): true}
	for known := range s {
		wider[known] = true
	}
	return wider
}

// search walks the tree of a statement.
type search struct {
	tables map[string]bool
	fault  error
}

func (s *search) walk(node any, known scope) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			s.walk(child, known)
		}
	case map[string]any:
		s.visit(n, known)
		known = s.expressions(n, known)
		for key, child := range n {
			if key != "cte_map" {
				s.walk(child, known)
			}
		}
	}
}

func (s *search) visit(n map[string]any, known scope) {
	text := func(key string) string { value, _ := n[key].(string); return value }
	switch text("type") {
	case "BASE_TABLE":
		s.table(text("catalog_name"), text("schema_name"), text("table_name"), known)
	case "SHOW_REF":
		s.refuse(errors.New("not a SELECT: it shows or describes"))
	}
	if name := strings.ToLower(text("function_name")); name != "" && denied(name) {
		s.refuse(fmt.Errorf("function %s is not allowed: a metric reads tables and nothing else", name))
	}
}

func (s *search) table(catalog, schema, name string, known scope) {
	if schema == "" && known[strings.ToLower(name)] {
		return
	}
	if strings.EqualFold(schema, mainSchema) {
		schema = ""
	}
	for _, part := range []string{schema, catalog} {
		if part != "" {
			name = part + "." + name
		}
	}
	s.tables[strings.ToLower(name)] = true
}

func (s *search) refuse(err error) {
	if s.fault == nil {
		s.fault = err
	}
}

// expressions walks the common table expressions of a query, each of which sees the
// ones before it, and itself only if it is recursive: in "with likes as (select *
// from likes)" the inner likes is a table. It returns what the query itself sees.
func (s *search) expressions(n map[string]any, known scope) scope {
	ctes, _ := n["cte_map"].(map[string]any)
	entries, _ := ctes["map"].([]any)
	for _, entry := range entries {
		cte, _ := entry.(map[string]any)
		name, _ := cte["key"].(string)
		if recursive(cte["value"]) {
			s.walk(cte["value"], known.with(name))
		} else {
			s.walk(cte["value"], known)
		}
		known = known.with(name)
	}
	return known
}

func recursive(cte any) bool {
	value, _ := cte.(map[string]any)
	query, _ := value["query"].(map[string]any)
	node, _ := query["node"].(map[string]any)
	return node["type"] == "RECURSIVE_CTE_NODE"
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
