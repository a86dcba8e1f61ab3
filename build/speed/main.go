// Command speed measures the speed and memory of Signalbox as a server. In each
// round it measures a figure for Signalbox and for the server that Signalbox is
// compared with, usually one from package bare. Each server is a process of its
// own. Package load generates the load.
//
//	speed -signalbox build/bin/signalbox -seed build/bin/seed
//	speed -only publish,delay -rounds 5
//	speed -before older/signalbox -before-seed older/seed -rounds 5
//	speed -signalbox build/bin/profile -profile /tmp/profiles -only publish -rounds 1
//
// It is a separate module, because the product must not depend on the libraries
// that are measured.
//
// Read figures.go (figures and targets), table.go (rounds and rows), process.go
// (a server process), then the measurements: deliveries.go,
// publishing.go, delay.go, history.go, searches.go, histograms.go, feeds.go, idle.go.
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
	serve := flag.String("serve", "", "run as a server: bare, durable, r3labs or go-sse")
	data := flag.String("data", "", "with -serve durable: folder for the database")
	cert := flag.String("cert", "", "with -serve: certificate file (PEM); turns on TLS")
	key := flag.String("key", "", "with -serve: key file (PEM)")
	profile := flag.String("profile", "", "folder for a CPU profile of each server (of Signalbox only if built from build/profile); with -serve: file for the profile")
	b := bench{}
	flag.StringVar(&b.signalbox, "signalbox", "build/bin/signalbox", "Signalbox")
	flag.StringVar(&b.before, "before", "", "older version of Signalbox; compare with it instead of the other servers")
	flag.StringVar(&b.beforeSeeder, "before-seed", "", "build/seed of the older version")
	flag.StringVar(&b.texts, "texts", "", "data folder that seed -text has filled, for the searches; made if empty")
	flag.StringVar(&b.seeder, "seed", "build/bin/seed", "program that fills a history, from build/seed")
	flag.DurationVar(&b.length, "for", 3*time.Second, "duration of each measurement")
	flag.IntVar(&b.rounds, "rounds", 3, "number of rounds; the table shows the median")
	flag.IntVar(&b.stored, "stored", 10_000_000, "messages in the history for the pages")
	only := flag.String("only", "", "measure only these figures, separated by commas: "+strings.Join(names(), ","))
	flag.Parse()
	var err error
	if *serve != "" {
		err = profiled(*profile, func() error { return listen(*serve, *data, *cert, *key) })
	} else {
		// All servers inherit it.
		os.Setenv("GOMAXPROCS", strconv.Itoa(runtime.GOMAXPROCS(0)))
		b.profiles = *profile
		err = b.run(*only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// profiled runs a server. If file is not empty, it stops at SIGTERM and writes a
// CPU profile to the file.
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

// listen runs one of the servers.
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
