package workflow_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"tearsheet/workflow"
)

// Opening, and a run of steps that do nothing, against as many bare inserts into
// SQLite, each in a transaction of its own.
func BenchmarkRunOf200Steps(b *testing.B) {
	const steps = 200
	var opening, running, inserting time.Duration
	for b.Loop() {
		state := file(b)
		start := time.Now()
		engine, err := workflow.Open(b.Context(), workflow.Options{State: state, Bodies: only(func(ctx context.Context, work *workflow.Work) error {
			for i := range steps {
				if _, err := workflow.Do(ctx, work, workflow.Step{Name: fmt.Sprint(i)}, say("")); err != nil {
					return err
				}
			}
			return nil
		})})
		if err != nil {
			b.Fatal(err)
		}
		opening += time.Since(start)
		start = time.Now()
		if err := engine.Run(b.Context(), night("x")); err != nil {
			b.Fatal(err)
		}
		running += time.Since(start)
		if err := engine.Close(); err != nil {
			b.Fatal(err)
		}
		inserting += inserts(b, steps)
	}
	b.ReportMetric(running.Seconds()/inserting.Seconds(), "×inserts")
	b.ReportMetric(running.Seconds()/float64(b.N), "s/run")
	b.ReportMetric(opening.Seconds()/float64(b.N), "s/open")
}

func inserts(b *testing.B, n int) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite", file(b)+"?_pragma=journal_mode(wal)&_pragma=synchronous(normal)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("create table step (run text, number integer, name text, output text, primary key (run, number))"); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for i := range n {
		if _, err := db.Exec("insert into step values ('x', ?, ?, '{}')", i, fmt.Sprint(i)); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}
