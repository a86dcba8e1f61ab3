// Command speed measures how fast Signalbox is on the wire, beside a bare
// server that stores nothing and the servers of two libraries, each in a
// process of its own. It is a module of its own so that the libraries are
// none of the product's.
//
//	speed -signalbox build/bin/signalbox -seed build/bin/seed
//	speed -before older/signalbox -before-seed older/seed -rounds 5
//
// It is for Linux: the readers are one epoll loop, because on a machine with
// few cores a goroutine for each would be measured with the server.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	serve := flag.String("serve", "", "be a server: bare, r3labs, go-sse")
	b := bench{}
	flag.StringVar(&b.signalbox, "signalbox", "build/bin/signalbox", "the program")
	flag.StringVar(&b.before, "before", "", "an older program: measured beside this one, in place of the other servers")
	flag.StringVar(&b.beforeSeeder, "before-seed", "", "what fills a history for the older program")
	flag.StringVar(&b.seeder, "seed", "build/bin/seed", "what fills a history")
	flag.DurationVar(&b.length, "for", 3*time.Second, "how long each figure is measured")
	flag.IntVar(&b.rounds, "rounds", 3, "how often; the table has the median")
	flag.IntVar(&b.stored, "stored", 10_000_000, "messages stored for the pages")
	only := flag.String("only", "", "figures, separated by commas: "+strings.Join(names(), ","))
	flag.Parse()
	var err error
	if *serve != "" {
		err = listen(*serve)
	} else {
		err = b.run(*only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// listen is one of the servers to compare with.
func listen(kind string) error {
	handlers := map[string]func() http.Handler{"bare": newBare, "r3labs": newR3labs, "go-sse": newGoSSE}
	h, ok := handlers[kind]
	if !ok {
		return fmt.Errorf("there is no server called %q", kind)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("%s listens on http://%s\n", kind, l.Addr())
	return http.Serve(l, h())
}
