package google_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"tearsheet/workbook"
	"tearsheet/workbook/google"
	"tearsheet/workbook/google/googletest"
)

// A sheet is written once; the same sheet again writes nothing.
func ExampleClient_Write() {
	server, err := googletest.New(googletest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	key, err := server.KeyFile(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	id := server.Create("Executive metrics")
	client, err := google.Open(context.Background(), google.Options{Credentials: key, Endpoint: server.URL, Clock: time.Now})
	if err != nil {
		fmt.Println(err)
		return
	}
	book := &workbook.Book{Tabs: []*workbook.Tab{{Name: "Tearsheet", Cells: map[workbook.Ref]*workbook.Cell{
		{Column: 1, Row: 1}: {Kind: workbook.Text, Text: "Likes", Look: workbook.Look{Bold: true}},
		{Column: 2, Row: 1}: {Kind: workbook.Number, Number: 1234.5, Look: workbook.Look{Format: "#,##0.0"}},
	}}}}

	_, err = client.Write(context.Background(), id, "sheet", book, google.WriteOptions{})
	fmt.Println(err)

	server.Share(id, client.Account(), googletest.Editor)
	for range 2 {
		done, err := client.Write(context.Background(), id, "sheet", book, google.WriteOptions{})
		fmt.Println(done.Title, done.Changed, done.Created, err)
	}

	// Output:
	// writing to the spreadsheet 1StandIn…: the spreadsheet is not shared with the account; open the spreadsheet, press Share, enter tearsheet@stand-in.iam.gserviceaccount.com, choose Editor, press Send
	// Executive metrics true [Tearsheet] <nil>
	// Executive metrics false [] <nil>
}
