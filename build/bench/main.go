// Command bench does what build/bench.mjs cannot do precisely or fast enough
// itself.
//
//	bench -rate 10000 -for 60s   is a remote server whose stream has that rate
//	bench -server PROGRAM        measures the program without a window
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	program := flag.String("server", "", "measure this program without a window: its size, its start and its memory")
	rate := flag.Int64("rate", 10_000, "events a second of the stream")
	size := flag.Int("size", 200, "bytes of data of an event")
	length := flag.Duration("for", time.Minute, "how long the stream has its rate; then it falls silent")
	flag.Parse()
	var err error
	if *program != "" {
		err = measureServer(*program)
	} else {
		err = serveStream(*rate, *size, *length)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
