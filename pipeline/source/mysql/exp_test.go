package mysql_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

type drain struct {
	*duck.DB
	digest bool
}

func (d drain) Refresh(ctx context.Context, r warehouse.Refresh) (warehouse.Refreshed, error) {
	g := warehouse.NewDigester(r.Table)
	for b, err := range r.Batches {
		if err != nil {
			return warehouse.Refreshed{}, err
		}
		if d.digest {
			g.AddBatch(b)
		}
	}
	return warehouse.Refreshed{}, nil
}

func BenchmarkExp(b *testing.B) {
	n := benchRows(b)
	s := newShop(b, "America/Toronto")
	fillPurchases(b, s, n)
	table := mysql.Table{Table: "purchases", At: "purchased_at", Columns: columns(b, "id bigint, user_id bigint, plan text, amount decimal(12,2), purchased_at timestamp")}
	query := "select " + benchColumns + " from purchases"
	for range 3 {
		fmt.Println("scan  ", timed(func() { scan(b, s.db, query, n) }))
		fmt.Println("below ", timed(func() { scanBelow(b, s.db, query, n) }))
		for _, digest := range []bool{false, true} {
			fmt.Println("drain", digest, timed(func() { mysql.Load(b.Context(), drain{s.warehouse, digest}, s.calendar, s.source(table), s.options) }))
		}
		s.warehouse.ExecContext(b.Context(), "drop table if exists purchases")
		s.warehouse.ExecContext(b.Context(), "delete from etl.partition")
		var last time.Time
		s.options.Progress = func(mysql.Progress) { last = time.Now() }
		begin := time.Now()
		s.load(b, s.source(table))
		fmt.Println("load  ", time.Since(begin), "read", last.Sub(begin))
		begin = time.Now()
		s.load(b, s.source(table))
		fmt.Println("again  ", time.Since(begin), "read", last.Sub(begin))
	}
}
