package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
)

// Interrupted returns the runs that were begun and neither ended nor are under way,
// oldest first. It is ErrBusy if another process works with the state.
func (e *Engine) Interrupted(ctx context.Context) ([]RunInfo, error) {
	infos, err := e.list(ctx, dbos.WithFilterStatus(dbos.WorkflowStatusPending, dbos.WorkflowStatusEnqueued))
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		if info.State == Running {
			return nil, fmt.Errorf("run %d, %q: %w", info.Number, info.ID, ErrBusy)
		}
	}
	return infos, nil
}

// History returns the last n runs, newest first.
func (e *Engine) History(ctx context.Context, n int) ([]RunInfo, error) {
	if n <= 0 {
		return nil, nil
	}
	return e.list(ctx, dbos.WithFilterLimit(n), dbos.WithFilterSortDesc())
}

// list reads runs with their steps.
func (e *Engine) list(ctx context.Context, options ...dbos.ListWorkflowsOption) (infos []RunInfo, err error) {
	err = e.with(ctx, func(c dbos.Context) error {
		// Read before the runs: one that ends in between has then ended.
		working, err := e.working(ctx)
		if err != nil {
			return err
		}
		options = append(options, dbos.WithFilterName(begunAs), dbos.WithFilterLoadInput(true), dbos.WithFilterLoadOutput(true))
		statuses, err := dbos.ListWorkflows(c, options...)
		if err != nil {
			return err
		}
		for i := range statuses {
			info := e.info(&statuses[i], working)
			if info.Steps, err = stepsOf(c, info.ID); err != nil {
				return err
			}
			infos = append(infos, info)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("history: %w", e.place.fault(err))
	}
	return infos, nil
}

// working reports whether a process, this one or another, is at work.
func (e *Engine) working(ctx context.Context) (bool, error) {
	if e.session != nil {
		return true, nil
	}
	return e.place.locked(ctx)
}

// find returns what DBOS knows of a run, or nil.
func (e *Engine) find(c dbos.Context, id string) (*dbos.WorkflowStatus, error) {
	found, err := dbos.ListWorkflows(c, dbos.WithFilterWorkflowIDs(id), dbos.WithFilterLoadInput(true))
	if err != nil {
		return nil, fmt.Errorf("run %q: %w", id, e.place.fault(err))
	}
	if len(found) == 0 {
		return nil, nil
	}
	return &found[0], nil
}

// state returns how far a run is, in terms of DBOS.
func (e *Engine) state(ctx context.Context, id string) (state dbos.WorkflowStatusType, err error) {
	err = e.with(ctx, func(c dbos.Context) error {
		status, err := e.find(c, id)
		if status != nil {
			state = status.Status
		}
		return err
	})
	return state, err
}

func unfinished(status dbos.WorkflowStatusType) bool {
	return status == dbos.WorkflowStatusPending || status == dbos.WorkflowStatusEnqueued
}

// beginning decodes what was kept of a run when it began.
func beginning(status *dbos.WorkflowStatus) begun {
	var b begun
	if text, ok := status.Input.(string); ok {
		_ = json.Unmarshal([]byte(text), &b) // of a form that we do not know, nothing is known
	}
	return b
}

func (e *Engine) info(status *dbos.WorkflowStatus, working bool) RunInfo {
	b := beginning(status)
	info := RunInfo{ID: status.ID, Name: b.Name, Number: b.Number, Input: b.Input, Started: b.At}
	switch {
	case status.Status == dbos.WorkflowStatusSuccess:
		info.State = Done
	case status.Status == dbos.WorkflowStatusCancelled:
		info.State = Cancelled
	case unfinished(status.Status) && working:
		info.State = Running
	case unfinished(status.Status):
		info.State = Interrupted
	default:
		info.State = Failed
	}
	if !unfinished(status.Status) {
		info.Ended = ending(status)
	}
	if status.Error != nil {
		info.Error = status.Error.Error()
	}
	return info
}

// ending returns when a run ended, by our own clock if it was told.
func ending(status *dbos.WorkflowStatus) time.Time {
	var at ended
	if text, ok := status.Output.(string); ok {
		if err := json.Unmarshal([]byte(text), &at); err == nil && !at.At.IsZero() {
			return at.At
		}
	}
	return status.CompletedAt
}

// stepsOf returns the steps of a run that ended: of those that were done again, the
// last time.
func stepsOf(c dbos.Context, id string) ([]StepInfo, error) {
	steps, err := dbos.GetWorkflowSteps(c, id, dbos.WithStepsLoadOutput(true))
	if err != nil {
		return nil, err
	}
	last := map[string]StepInfo{}
	for _, step := range steps {
		k := outcome(step.Output)
		info := StepInfo{Name: step.StepName, Started: k.Started, Ended: k.Ended, Attempts: k.Attempts, Error: k.Error}
		if step.Error != nil && info.Error == "" {
			info.Error = step.Error.Error()
		}
		if before, ok := last[step.StepName]; !ok || before.Ended.Before(info.Ended) {
			last[step.StepName] = info
		}
	}
	var infos []StepInfo
	for _, info := range last {
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b StepInfo) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Name, b.Name))
	})
	return infos, nil
}
