package logline_test

import (
	"fmt"
	"time"

	"tearsheet/pipeline/logline"
)

// A line of the founding article, with the en dashes that it came with.
func Example() {
	form, err := logline.Compile("{date} {time} {photo_id} {action} {user_id} {address} {request}")
	if err != nil {
		fmt.Println(err)
		return
	}
	var line logline.Line
	text := "2015–02–10 10:24:31.32444 23432423 photo_like 423223 123.132.62.3 /get?client=i%50hone"
	if refusal := form.Cut([]byte(text), &line); refusal != nil {
		fmt.Println(refusal)
		return
	}
	micros, _ := form.Instant(&line)
	address, _ := logline.ParseAddress(line.Field(5))
	client, _ := logline.Parameter(line.Field(6), "client", nil)
	fmt.Println(time.UnixMicro(micros).UTC(), line.Mended())
	fmt.Printf("%s by %s from %d with %s\n", line.Field(3), line.Field(4), address, client)

	refusal := form.Cut([]byte("2015-02-10 10:24:31 23432423 photo_like"), &line)
	fmt.Println(refusal)
	// Output:
	// 2015-02-10 10:24:31.32444 +0000 UTC true
	// photo_like by 423223 from 2072264195 with iPhone
	// byte 30: no " " follows field action, after which come 3 more
}
