package mysql

import (
	"context"
	"database/sql"
	"errors"
	"testing"
)

// The server was there, and a second attempt would find the same.
func TestAnswerThatIsNotTakenIsNoLostConnection(t *testing.T) {
	db, err := sql.Open("duckdb", "") // any driver: database/sql says it
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var name string
	err = db.QueryRow("select null").Scan(&name)
	s := &server{place: "here", log: &driverLog{}}
	var source *SourceError
	if err = s.failed(context.Background(), err); !errors.As(err, &source) || source.Temporary || wasLost(err) {
		t.Errorf("error is %#v", err)
	}
}
