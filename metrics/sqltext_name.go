package metrics

import (
	"slices"
	"strings"
)

// reservedWords are no names in PostgreSQL or DuckDB unless they are quoted.
const reservedWords = `all analyse analyze and any array as asc asymmetric both case cast check collate column
	constraint create current_date current_role current_time current_timestamp current_user default deferrable desc describe
	distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading
	limit localtime localtimestamp not null offset on only or order placing pivot primary qualify references returning select
	session_user show some summarize symmetric table then to trailing true union unique unpivot user using variadic when
	where window with`

// checkTableName finds what keeps a text from naming a table: a name, or names
// with dots between, such as mart.actions or "Mart".actions.
func checkTableName(text string) *sqlError {
	tokens, err := checkName(text)
	if err != nil {
		return err
	}
	if len(tokens) > 5 {
		return sqlErrorf(0, "%.80q has too many parts: want a table, or schema.table", text)
	}
	if looksLikeFile(strings.Join(tablesIn("select * from "+text), "")) {
		return sqlErrorf(0, "%.80q would be read as a file: want a table of the warehouse", text)
	}
	return nil
}

// checkColumnName finds what keeps a text from naming a column.
func checkColumnName(text string) *sqlError {
	tokens, err := checkName(text)
	if err == nil && len(tokens) > 1 {
		err = sqlErrorf(0, "%.80q is not the name of one column", text)
	}
	return err
}

func checkName(text string) ([]sqlToken, *sqlError) {
	if text == "" {
		return nil, sqlErrorf(0, "is empty")
	}
	tokens, err := lexSQL(text)
	if err != nil || !dottedName(tokens) || tokens[0].at > 0 || tokens[len(tokens)-1].end < len(text) || strings.ContainsAny(text, " \t\n") && !quoted(tokens) {
		return nil, sqlErrorf(0, "%.80q is not a name: want letters, digits and _, or double quotes around it", text)
	}
	for _, t := range tokens {
		if t.kind == sqlWord && listed(reservedWords, t.word()) {
			return nil, sqlErrorf(0, "%q is a word of SQL: put it in double quotes, '\"%s\"'", t.text, t.text)
		}
		if t.kind == sqlQuoted && (t.text == `""` || strings.ContainsAny(t.text, "\n\r\x00")) {
			return nil, sqlErrorf(0, "%s is not a name", t.text)
		}
	}
	return tokens, nil
}

func quoted(tokens []sqlToken) bool {
	return slices.ContainsFunc(tokens, func(t sqlToken) bool { return t.kind == sqlQuoted })
}
