package workflow_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"tearsheet/workflow"
)

// A run is cut off between two steps and goes on: what was done is not done again.
func Example() {
	dir, err := os.MkdirTemp("", "workflow")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	begin, cut := context.WithCancel(context.Background())
	night := func(ctx context.Context, work *workflow.Work) error {
		n, err := workflow.Do(ctx, work, workflow.Step{Name: "fetch"}, func(context.Context) (int, error) {
			fmt.Println("fetching")
			return 7, nil
		})
		if err != nil {
			return err
		}
		cut() // the first time, as if the machine was turned off
		_, err = workflow.Do(ctx, work, workflow.Step{Name: "store"}, func(context.Context) (string, error) {
			fmt.Println("storing", n)
			return "", nil
		})
		return err
	}
	engine, err := workflow.Open(begin, workflow.Options{
		State:  filepath.Join(dir, "workflow.sqlite"),
		Bodies: map[string]workflow.Body{"night": night},
	})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	ctx := context.Background()

	fmt.Println(engine.Run(begin, workflow.Run{ID: "of the 17th", Name: "night"}))
	waiting, err := engine.Interrupted(ctx)
	if err != nil {
		panic(err)
	}
	for _, run := range waiting {
		fmt.Printf("run %d, %s, is %s and goes on: ", run.Number, run.ID, run.State)
		fmt.Println(engine.Resume(ctx, run.ID))
	}
	// Output:
	// fetching
	// context canceled
	// run 1, of the 17th, is interrupted and goes on: storing 7
	// <nil>
}
