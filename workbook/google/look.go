package google

import (
	"context"

	"google.golang.org/api/sheets/v4"
)

// Look asks for the title of a spreadsheet: whether it is there, and whether the account may
// see it. Whether it may write, only a write can show. Errors are of type *Error.
func (c *Client) Look(ctx context.Context, id string) (title string, err error) {
	key, err := ID(id)
	if err != nil {
		return "", err
	}
	j := &job{Client: c, doing: "looking at " + short(key), role: "Editor"}
	var answer *sheets.Spreadsheet
	fault := j.call(ctx, j.reads, func(ctx context.Context) (err error) {
		answer, err = j.reader.Spreadsheets.Get(key).Fields("properties(title)").Context(ctx).Do()
		return err
	})
	switch {
	case fault != nil:
		return "", fault
	case answer.Properties == nil:
		return "", &Error{Kind: Answer, Doing: j.doing, Says: "the answer is JSON, and no spreadsheet"}
	}
	return answer.Properties.Title, nil
}
