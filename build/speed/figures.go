package main

import "time"

// A figure is one row of the table.
type figure struct {
	name    string // on the command line
	title   string
	unit    string
	measure func(b *bench, kind string) (sample, error)
	// against is the kind of server it is compared with. others are measured in
	// the same rounds for information.
	against string
	others  []string
	ratio   bound // on the ratio
	value   bound // on the figure itself
	once    bool  // measured in one round only
	cpu     bool  // adds a row with the CPU of each event
}

// A bound is a target. The zero value is no target.
type bound struct {
	of     float64
	atMost bool
}

func least(v float64) bound { return bound{v, false} }
func most(v float64) bound  { return bound{v, true} }

// A sample is the result of one measurement.
type sample struct {
	value   float64
	cpu     float64 // CPU time of the server for each event, in microseconds; 0 if not measured
	load    float64 // the load generator's share of the CPU time that it and the server used
	busiest float64 // the share of one core that its busiest loop used
	short   string  // why the target is missed regardless of the value; empty if it is not
}

var figures = []figure{
	{name: "fan100", title: "deliveries a second, 100 clients", measure: fanOut{clients: 100}.deliveries, against: "bare", others: []string{"durable", "r3labs", "go-sse"}, ratio: least(1.0)},
	{name: "fan1000", title: "deliveries a second, 1,000 clients", measure: fanOut{clients: 1000}.deliveries, against: "bare", others: []string{"durable", "r3labs", "go-sse"}, ratio: least(1.2)},
	{name: "lines100", title: "the same, 100 clients, JSON lines of 100; bare with single messages", measure: fanOut{clients: 100, lines: 100}.deliveries, against: "bare", ratio: least(2)},
	{name: "lines1000", title: "the same, 1,000 clients, JSON lines of 100; bare with single messages", measure: fanOut{clients: 1000, lines: 100}.deliveries, against: "bare", ratio: least(2)},
	{name: "tls", title: "deliveries a second behind TLS, HTTP/1.1, 100 clients", measure: fanOut{clients: 100, tls: true}.deliveries, against: "bare", ratio: least(0.9)},
	{name: "http2", title: "deliveries a second behind TLS, HTTP/2, 100 clients", measure: fanOut{clients: 100, tls: true, http2: true}.deliveries, against: "bare", ratio: least(0.9)},
	{name: "publish", title: "acknowledged publishes a second, 64 connections, one message each", measure: publishing{connections: 64}.acknowledged, against: "durable", others: []string{"bare", "r3labs", "go-sse"}, ratio: least(0.9), cpu: true},
	{name: "publish-ids", title: "the same with an id of its own on each message, in no order", measure: publishing{connections: 64, ids: true, scattered: true}.acknowledged, value: least(20_000)},
	{name: "insert", title: "messages a second in JSON lines of 100, committed", measure: publishing{connections: 16, lines: 100}.acknowledged, against: "inserts", ratio: least(0.9), value: least(250_000), cpu: true},
	{name: "insert-ids", title: "the same with an id of its own on each message, ascending", measure: publishing{connections: 16, lines: 100, ids: true}.acknowledged, against: "inserts", ratio: least(0.9), value: least(200_000), cpu: true},
	{name: "insert-scattered", title: "the same with ids in no order", measure: publishing{connections: 16, lines: 100, ids: true, scattered: true}.acknowledged, against: "inserts", ratio: least(0.9)},
	{name: "delay", title: "publish to receipt, 99th percentile, 2,000 a second to 100 clients", unit: "ms", measure: delay, against: "durable", others: []string{"bare", "r3labs", "go-sse"}, ratio: most(1)},
	{name: "stopped", title: "the same 99th percentile with one stopped reader among 100, by that without", unit: "×", measure: stopped, value: most(1.1)},
	{name: "replay", title: "replay of 100,000 stored messages, a second", measure: replay, value: least(900_000)},
	{name: "feed1", title: "messages a second from one feed", measure: following(1), value: least(100_000)},
	{name: "feed8", title: "messages a second from eight feeds", measure: following(8), value: least(150_000)},
	{name: "idle", title: "memory for each of 10,000 idle clients", unit: "KiB", measure: idle, against: "bare", value: most(20)},
	{name: "heard", title: "longest time that one of 10,000 idle clients hears nothing, heartbeats every 15 s", unit: "s", measure: heard, value: most(16), once: true},
	{name: "index", title: "messages a second from one feed, compared with --index=false", measure: following(1), against: unindexed, ratio: least(0.9)},
	{name: "index-time", title: "time to index 10 million messages that are stored", unit: "s", measure: indexing, once: true},
	{name: "search", title: "first 50 hits or the end of a search in 10 million messages: a rare, a common, a missing, a Chinese word", unit: "ms", measure: searching(words), value: most(200), once: true},
	{name: "search-field", title: "first page of a field filter there", unit: "ms", measure: searching(fields), value: most(300), once: true},
	{name: "histogram-hour", title: "histogram of an hour of a month with 10 million messages", unit: "ms", measure: counting(time.Hour, ""), value: most(50), once: true},
	{name: "histogram-month", title: "histogram of that month", unit: "ms", measure: counting(month, ""), value: most(500), once: true},
	{name: "histogram-filter", title: "first answer of that histogram with a filter", unit: "ms", measure: counting(month, matching...), value: most(200), once: true},
	{name: "index-size", title: "size of the index by that of the messages", unit: "×", measure: indexSize, value: most(0.25), once: true},
	{name: "pages", title: "slowest page of a history of 10 million", unit: "ms", measure: pages, value: most(20), once: true},
}

func names() (list []string) {
	for _, f := range figures {
		list = append(list, f.name)
	}
	return list
}
