package serve

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"signalbox/backend/live"
	"signalbox/backend/serve/console"
)

// metrics are what a Prometheus server reads at /metrics.
type metrics struct {
	latency prometheus.Histogram
	handler http.Handler
}

func newMetrics(s *Server, feeds console.Feeds) *metrics {
	m := &metrics{latency: prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "signalbox_publish_seconds", Help: "Time from a publish that was read to its commit.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 12),
	})}
	registry := prometheus.NewRegistry()
	counter := func(name, help string, f func() int64) {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(f()) }))
	}
	gauge := func(name, help string, f func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
	}
	counter("signalbox_messages_appended_total", "Messages committed since the start.", func() int64 { return s.journal.Stats().Appended })
	counter("signalbox_messages_delivered_total", "Messages written to clients since the start.", func() int64 { messages, _ := s.streams.Delivered(); return messages })
	counter("signalbox_bytes_delivered_total", "Bytes written to clients since the start.", func() int64 { _, bytes := s.streams.Delivered(); return bytes })
	gauge("signalbox_journal_messages", "Messages kept.", func() float64 { return float64(s.journal.Stats().Messages) })
	gauge("signalbox_journal_bytes", "Data of the messages kept, in bytes.", func() float64 { return float64(s.journal.Stats().Bytes) })
	gauge("signalbox_journal_lag_seconds", "Time from append to commit, of late.", func() float64 { return s.journal.Stats().Lag.Seconds() })
	gauge("signalbox_journal_fault", "1 while commits fail.", func() float64 { return oneIf(s.journal.Stats().Fault != nil) })
	gauge("signalbox_journal_damaged", "1 once a part of the history cannot be read.", func() float64 { return oneIf(s.journal.Stats().Damage != nil) })
	gauge("signalbox_index_behind", "Messages that the index for searches lacks.", func() float64 { return float64(s.journal.Stats().Unindexed) })
	gauge("signalbox_index_bytes", "Size of the index for searches, in bytes.", func() float64 { return float64(s.journal.Stats().IndexBytes) })
	gauge("signalbox_faults", "Parts of the program that do not work.", func() float64 { return float64(len(s.faults.list())) })
	gauge("signalbox_clients", "Clients connected.", func() float64 { return float64(s.streams.Clients()) })
	registry.MustRegister(m.latency, feedStates{feeds},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (m *metrics) published(d time.Duration) { m.latency.Observe(d.Seconds()) }

func (m *metrics) serve(w http.ResponseWriter, r *http.Request) error {
	m.handler.ServeHTTP(w, r)
	return nil
}

// feedStates counts feeds by their state: by name there could be thousands.
type feedStates struct{ feeds console.Feeds }

var feedsDesc = prometheus.NewDesc("signalbox_feeds", "Feeds by the state of their connection.", []string{"state"}, nil)

func (feedStates) Describe(ch chan<- *prometheus.Desc) { ch <- feedsDesc }

func (f feedStates) Collect(ch chan<- prometheus.Metric) {
	count := make(map[live.State]int)
	for _, feed := range f.feeds.List() {
		count[feed.Health.State]++
	}
	for _, state := range []live.State{live.Connecting, live.Open, live.Quiet, live.Waiting, live.Stopped} {
		ch <- prometheus.MustNewConstMetric(feedsDesc, prometheus.GaugeValue, float64(count[state]), string(state))
	}
}
