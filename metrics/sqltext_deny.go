package metrics

import (
	"slices"
	"strings"

	"tearsheet/internal/sqltext"
)

// deniedFunctions reach beyond the tables of the warehouse: files, the network,
// the server, other statements.
const deniedFunctions = `glob sniff_csv getenv query query_table which_secret load_extension
	pg_read_file pg_read_binary_file pg_stat_file pg_sleep pg_sleep_for pg_sleep_until pg_terminate_backend pg_cancel_backend
	pg_reload_conf pg_rotate_logfile pg_switch_wal pg_promote pg_notify set_config nextval setval
	query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml table_to_xml schema_to_xml database_to_xml
	duckdb_secrets write_log enable_logging disable_logging force_checkpoint checkpoint json_execute_serialized_sql
	st_read st_read_meta http_get http_post read_xlsx`

// listed reports whether word is one of the words of list.
func listed(list, word string) bool { return slices.Contains(strings.Fields(list), word) }

// deniedPrefixes and deniedSuffixes cover families of such functions.
const (
	deniedPrefixes = "read_ parquet_ dblink lo_ pg_ls_ pg_logical_ pg_advisory pg_try_advisory pragma_ pg_file_ pg_copy_ pg_create_ pg_drop_ pg_backup_ pg_wal_ pg_replication_"
	deniedSuffixes = "_scan _attach _execute _scan_pushdown"
)

// checkFunctions finds calls of functions that a metric has no business with.
func checkFunctions(tokens []sqltext.Token) *sqltext.Error {
	for i, t := range tokens {
		if i+1 < len(tokens) && tokens[i+1].Is("(") && t.Named() && deniedFunction(sqltext.Fold(t)) {
			return sqltext.Errorf(t.At, "function %.80s is not allowed: a metric reads tables of the warehouse and nothing else", sqltext.Fold(t))
		}
	}
	return nil
}

func deniedFunction(name string) bool {
	return listed(deniedFunctions, name) ||
		slices.ContainsFunc(strings.Fields(deniedPrefixes), func(prefix string) bool { return strings.HasPrefix(name, prefix) }) ||
		slices.ContainsFunc(strings.Fields(deniedSuffixes), func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// fileSuffixes end names that DuckDB would take for files.
const fileSuffixes = ".csv .tsv .txt .parquet .json .jsonl .ndjson .gz .zst .xlsx .db .duckdb .sqlite .avro .arrow"

// checkFiles finds tables that are files: a text after FROM, or a name that looks
// like one.
func checkFiles(tokens []sqltext.Token) *sqltext.Error {
	for _, at := range sqltext.References(tokens) {
		t := tokens[at.First]
		if t.Kind == sqltext.String || looksLikeFile(at.Name) {
			return sqltext.Errorf(t.At, "%.80s would be read as a file: a metric reads tables of the warehouse", t.Text)
		}
	}
	return nil
}

func looksLikeFile(table string) bool {
	table = strings.ToLower(table)
	return strings.ContainsAny(table, `/\*?:`) ||
		slices.ContainsFunc(strings.Fields(fileSuffixes), func(suffix string) bool { return strings.HasSuffix(table, suffix) })
}
