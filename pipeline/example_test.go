package pipeline_test

import (
	"fmt"

	"tearsheet/pipeline"
)

func ExampleLint() {
	users, _ := pipeline.ParseAsset("etl/new_users.sql", []byte(`/* @bruin
name: new_users
description: A user and the day of his first visit.
owner: web
depends: [visits]
columns:
  - {name: day, type: date, description: The day of his first visit.}
  - {name: user_id, type: bigint, description: The user.}
@bruin */

select first_day as day, user_id
from (select user_id, min(day) as first_day from visits where day < $2 group by user_id) as users
where first_day >= $1
`))
	visits := &pipeline.Asset{Name: "visits", Source: "logs"}
	graph, _ := pipeline.NewGraph([]*pipeline.Asset{users, visits})
	faults, _ := pipeline.Lint(graph, pipeline.LintOptions{})
	fmt.Println(faults.Err())
	// Output:
	// etl/new_users.sql:12:50: reads visits of all days before, but depends on it by the same day only: a late row would go unnoticed; write {asset: visits, partition: all_before}
}

func ExampleGraph_Select() {
	graph, _ := pipeline.NewGraph([]*pipeline.Asset{
		{Name: "staging.events"},
		{Name: "likes", Depends: []pipeline.Depend{{Asset: "staging.events", Mapping: pipeline.Same}}},
		{Name: "best_photos", Depends: []pipeline.Depend{{Asset: "likes", Mapping: pipeline.Lookback, Days: 6}}},
	})
	selected, _ := graph.Select("likes+")
	for _, asset := range graph.Assets() {
		if selected[asset.Name] {
			fmt.Println(asset.Name)
		}
	}
	// Output:
	// likes
	// best_photos
}
