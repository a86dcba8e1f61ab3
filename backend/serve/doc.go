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
//     from it straight to TCP. Measured on two cores with 100 and 1,000
//     clients: 1.6 and 1.5 million deliveries a second before, 1.9 and 2.1
//     after, and 2.4 and 4.7 since publishing costs less too. What is left is
//     the system's own price of a write.
//   - net/http, but not all that it does for each request (connection.go): a
//     publish does without most of its deadlines, its watch for a client that
//     leaves, and headers made one by one. So, and with two threads more than
//     cores (main.go), two cores acknowledge 42,000 publishes a second instead
//     of 28,000, each after its commit; a bare handler that stores nothing
//     reaches 67,000. Most of what is left is net/http's and the system's.
//   - A stream follows names, not sources: when a channel is removed while a
//     browser follows it, ending the stream would make the browser come back
//     and the channel come into being again a moment later.
//   - Comments and retry: have no blank line behind them. The standard wants
//     none, and several clients report an empty event at one.
//   - What many may ask for at the same time has a budget for all of them
//     together: bodies, pages of history, and what streams hold that catch up
//     (budget.go). Beyond it a request waits in line for a moment and is then
//     refused, because the alternative is the end of the program. Small bodies
//     and our own screens are outside of the budgets, so that nobody who uses
//     them up stops publishing or the window.
//   - The doorbell is a long poll, because WebView2 hands the window whole
//     answers only.
//   - The console needs a token even on loopback: any program of any user of
//     the machine can connect there. Publishing and subscribing do not, so that
//     a tutorial's one line works; pages of other sites are kept out by Host,
//     Origin and Sec-Fetch-Site.
package serve
