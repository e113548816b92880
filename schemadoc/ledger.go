package schemadoc

import (
	"strings"

	"tearsheet/warehouse"
)

func ledgerNames() []string {
	return []string{warehouse.PartitionTable, warehouse.FileTable, warehouse.FileDayTable, warehouse.RejectTable, warehouse.AttemptTable}
}

// ledgerTables are those of the ledger that stand in the warehouse.
func (r *reader) ledgerTables() []Table {
	var tables []Table
	for i, name := range ledgerNames() {
		have := r.stands[name]
		if have == nil {
			continue
		}
		t := ledger()[i]
		t.Name, t.Source, t.Partition = name, "the run", "asset and part"
		described := t.Columns
		t.Columns = nil
		for _, h := range have {
			c := Column{Name: h.Name, Type: typeWord(h.Type), NeverNull: h.Name != "hour"}
			for _, d := range described {
				if d.Name == h.Name {
					c.Description = d.Description
				}
			}
			t.Columns = append(t.Columns, c)
		}
		tables = append(tables, t)
	}
	return tables
}

// ledger describes the tables of the ledger, in the order of ledgerNames.
func ledger() []Table {
	const run, at = "The run that wrote the row.", "The time of that run, UTC."
	return []Table{
		{Description: "What is loaded: a part is a local day of a table, or the whole of a whole one.", Grain: "one row per asset, part",
			Columns: described(
				"asset", "The table.",
				"part", "The local day; 0001-01-01 of a whole table.",
				"have", "How many of the expected pieces, such as hours × hosts, are there.",
				"expected", "How many pieces there are when it is complete.",
				"input_hash", "Hash of everything that the rows were made of; another one makes the part stale.",
				"data_version", "Number and content hash of the rows: the same rows have the same version.",
				"rows_loaded", "Rows of the part.",
				"rejected", "Lines that were refused.",
				"run_id", run, "loaded_at", at)},
		{Description: "The source files that were read, or held back. Lines = loaded + rejected + filtered.", Grain: "one row per asset, path",
			Columns: described(
				"asset", "The table that the file fills.",
				"path", "Where the file lies, below the root of its source.",
				"checksum", "Of the bytes of the file.",
				"definition", "Hash of the rules by which it was read.",
				"size", "Bytes.",
				"from_part", "First day for which the file speaks.",
				"to_part", "The day after the last one.",
				"lines", "Lines that were read.",
				"loaded", "Lines that became rows.",
				"rejected", "Lines that were refused; they stand in etl.reject.",
				"filtered", "Lines that the configuration drops.",
				"state", "loaded, broken or held.",
				"reason", "Why it is not loaded.",
				"host", "Of a log file.",
				"hour", "Of a log file, UTC.",
				"first_error_line", "Line of the first refusal, from 1; 0 is none.",
				"run_id", run, "loaded_at", at)},
		{Description: "The days of the rows of files that are loaded one by one.", Grain: "one row per asset, path, part",
			Columns: described("asset", "The table.", "path", "The file.", "part", "A local day.", "rows_loaded", "Rows of that day in the file.")},
		{Description: "The lines that were refused, as they stand in their files.", Grain: "one row per asset, path, line_no",
			Columns: described("asset", "The table.", "path", "The file.", "line_no", "Line, from 1.", "byte_offset", "Where the line begins in the unpacked file.",
				"line", "The line itself, by its beginning if it is very long.", "reason", "Why it was refused.")},
		{Description: "What runs did or tried, written apart from the rows, so that failures are remembered.", Grain: "one row per run_id, asset, from_part",
			Columns: described(
				"run_id", "The run.",
				"asset", "The table.",
				"from_part", "First day.",
				"to_part", "The day after the last one.",
				"state", "done, failed or skipped.",
				"error", "What went wrong.",
				"rows_loaded", "Rows that were written.",
				"changed", "Days that have other rows than before.",
				"started_at", "UTC.",
				"ended_at", "UTC.")},
	}
}

// described makes columns of names and descriptions, in pairs.
func described(pairs ...string) []Column {
	var columns []Column
	for i := 0; i+1 < len(pairs); i += 2 {
		columns = append(columns, Column{Name: pairs[i], Description: strings.TrimSpace(pairs[i+1])})
	}
	return columns
}
