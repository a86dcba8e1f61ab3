package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// serveStream sends every client rate events a second for the given time, a
// hundred times a second those that are due, and then nothing more. It prints
// its address.
func serveStream(rate int64, size int, length time.Duration) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	padding := strings.Repeat("x", max(0, size-60))
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		out := http.NewResponseController(w)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		began, sent := time.Now(), int64(0)
		for {
			due := min(int64(time.Since(began)), int64(length)) * rate / int64(time.Second)
			for ; sent < due; sent++ {
				fmt.Fprintf(w, "event: order.paid\nid: %d\ndata: {\"order\":%d,\"total\":%d.5,\"note\":\"%s\"}\n\n", sent+1, 70000+sent, sent%500, padding)
			}
			if out.Flush() != nil {
				return
			}
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	}))
}
