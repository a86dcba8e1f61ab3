// Command speed measures how fast Signalbox is on the wire, and how small. Each
// figure is measured in turn with what it is compared with, mostly one of the
// two servers of the package bare, each in a process of its own; the ratio is
// that of one round. The load is that of the package load.
//
//	speed -signalbox build/bin/signalbox -seed build/bin/seed
//	speed -only publish,delay -rounds 5
//	speed -before older/signalbox -before-seed older/seed -rounds 5
//	speed -signalbox build/bin/profile -profile /tmp/profiles -only publish -rounds 1
//
// It is a module of its own so that the libraries which it compares with are
// none of the product's.
//
// Read figures.go (what is measured, and the targets), table.go (rounds and
// rows), process.go (a server under load), then the measurements: deliveries.go,
// publishing.go, delay.go, history.go, feeds.go, idle.go.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"signalbox/speed/bare"
)

func main() {
	serve := flag.String("serve", "", "be a server to compare with: bare, durable, r3labs, go-sse")
	data := flag.String("data", "", "with -serve durable: the folder for its database")
	cert := flag.String("cert", "", "with -serve: speak TLS with the certificate in this file (PEM)")
	key := flag.String("key", "", "the key that belongs to it (PEM)")
	profile := flag.String("profile", "", "folder for a CPU profile of each server's last start, by kind; Signalbox writes one if -signalbox is built from build/profile. With -serve: the file")
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
		err = profiled(*profile, func() error { return listen(*serve, *data, *cert, *key) })
	} else {
		// The same for all servers, which inherit it.
		os.Setenv("GOMAXPROCS", strconv.Itoa(runtime.GOMAXPROCS(0)))
		b.profiles = *profile
		err = b.run(*only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// profiled runs a server until SIGTERM and writes a CPU profile of it to a file,
// if one is named.
func profiled(file string, serve func() error) error {
	if file == "" {
		return serve()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	ended := make(chan error, 1) // nobody receives after SIGTERM
	go func() { ended <- serve() }()
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	select {
	case err = <-ended:
	case <-term:
	}
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

// listen is one of the servers to compare with.
func listen(kind, data, cert, key string) error {
	var h http.Handler
	var err error
	switch kind {
	case "bare":
		h = bare.New()
	case "durable":
		h, err = bare.NewDurable(data)
	case "r3labs":
		h = newR3labs()
	case "go-sse":
		h = newGoSSE()
	default:
		err = fmt.Errorf("there is no server called %q", kind)
	}
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if cert == "" {
		fmt.Printf("%s listens on http://%s\n", kind, l.Addr())
		return http.Serve(l, h)
	}
	fmt.Printf("%s listens on https://%s\n", kind, l.Addr())
	server := &http.Server{Handler: h, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	return server.ServeTLS(l, cert, key)
}
