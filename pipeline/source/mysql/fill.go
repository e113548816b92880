package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/go-sql-driver/mysql"
)

// Fill runs statements on a server, one after the other: so the example comes to have a
// production database. It is no part of a load, which changes nothing. An error is a
// *SourceError.
func Fill(ctx context.Context, dsn string, statements iter.Seq2[string, error]) error {
	config, err := parseDSN(dsn)
	if err != nil {
		return err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return errDSN
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	for statement, err := range statements {
		if err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, statement); err != nil {
			lasting := hasNumber(err, accessDenied, accessDeniedToDB, unknownDatabase, tableExists)
			return &SourceError{Place: placeOf(config), Temporary: !lasting, Err: fmt.Errorf("%.60q…: %w", statement, err)}
		}
	}
	return nil
}

const tableExists = 1050
