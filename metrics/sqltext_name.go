package metrics

import (
	"slices"
	"strings"

	"tearsheet/internal/sqltext"
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
func checkTableName(text string) *sqltext.Error {
	tokens, err := checkName(text)
	if err != nil {
		return err
	}
	if len(tokens) > 5 {
		return sqltext.Errorf(0, "%.80q has too many parts: want a table, or schema.table", text)
	}
	if looksLikeFile(strings.Join(sqltext.Tables("select * from "+text), "")) {
		return sqltext.Errorf(0, "%.80q would be read as a file: want a table of the warehouse", text)
	}
	return nil
}

// checkColumnName finds what keeps a text from naming a column.
func checkColumnName(text string) *sqltext.Error {
	tokens, err := checkName(text)
	if err == nil && len(tokens) > 1 {
		err = sqltext.Errorf(0, "%.80q is not the name of one column", text)
	}
	return err
}

func checkName(text string) ([]sqltext.Token, *sqltext.Error) {
	if text == "" {
		return nil, sqltext.Errorf(0, "is empty")
	}
	tokens, err := sqltext.Lex(text)
	if err != nil || !dottedName(tokens) || tokens[0].At > 0 || tokens[len(tokens)-1].End < len(text) || strings.ContainsAny(text, " \t\n") && !quoted(tokens) {
		return nil, sqltext.Errorf(0, "%.80q is not a name: want letters, digits and _, or double quotes around it", text)
	}
	for _, t := range tokens {
		if t.Kind == sqltext.Word && listed(reservedWords, t.Word()) {
			return nil, sqltext.Errorf(0, "%q is a word of SQL: put it in double quotes, '\"%s\"'", t.Text, t.Text)
		}
		if t.Kind == sqltext.Quoted && (t.Text == `""` || strings.ContainsAny(t.Text, "\n\r\x00")) {
			return nil, sqltext.Errorf(0, "%s is not a name", t.Text)
		}
	}
	return tokens, nil
}

func quoted(tokens []sqltext.Token) bool {
	return slices.ContainsFunc(tokens, func(t sqltext.Token) bool { return t.Kind == sqltext.Quoted })
}
