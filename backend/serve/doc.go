// Package serve is the local server: publish, subscribe, look back, and the
// API of the console, as docs/api.md has it.
//
// The same handler answers on TCP, where it is guarded, and in the window,
// which nobody else can reach.
//
// Decisions, with their reasons:
//
//   - One goroutine for each stream, net/http's own, and no queue: it reads a
//     cursor of the journal and writes all that is ready at once. A slow reader
//     is far behind in the journal, and costs nobody anything.
//   - Clients of the same sources share a strip of encoded frames, and write
//     from it straight to TCP. Measured with 1,000 clients on two cores: 1.46
//     million deliveries a second before, 2.1 after. What is left is the
//     system's own price of a write.
//   - A stream follows names, not sources: when a channel is removed while a
//     browser follows it, ending the stream would make the browser come back
//     and the channel come into being again a moment later.
//   - Comments and retry: have no blank line behind them. The standard wants
//     none, and several clients report an empty event at one.
//   - The doorbell is a long poll, because WebView2 hands the window whole
//     answers only.
//   - The console needs a token even on loopback: any program of any user of
//     the machine can connect there. Publishing and subscribing do not, so that
//     a tutorial's one line works; pages of other sites are kept out by Host,
//     Origin and Sec-Fetch-Site.
package serve
