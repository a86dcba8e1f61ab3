// Package backend holds no code: this comment is a map of the packages inside it.
//
// The table in deps_test.go lists all packages in the order in which they can be
// read, from the bottom up, and says which others each may import. To see the
// whole first, read live (the types and their words), journal, sqlite, publish,
// feed, serve and node, each from its doc.go.
//
// The sections below follow one thing through the packages. A line has a package
// and the functions to look up in it; a test checks that they exist.
//
// # A message of a feed, from a remote server to a client
//
//	feed             subscription.run, subscription.attempt: one connection after the other
//	dial             Connection.Run, newRequest, checkResponse: the request and its response
//	eventstream      Client.Run, parser.next, parser.dispatch: bytes become events
//	ingest           Recorder.Event, Outage.GapBefore, Draft: an event becomes a draft, with the gap before it
//	ingest           batcher.put, batcher.commit, batcher.save: drafts wait while a commit runs
//	journal          Journal.AppendAll, Journal.submit: the request waits for the writer
//	journal          Journal.write, writer.process, writer.commit: one transaction for all that wait
//	sqlite           DB.Append: the transaction, with the counts of the sources and the feed's mark
//	sqlite/insert    Inserter.Messages: the INSERTs; messages that are stored already are left out
//	journal          writer.addToRecent, writer.announce: after the commit
//	journal/recent   Messages.Add, Messages.Announce: readers find the message and wake up
//	journal/cursor   Cursor.Next, Cursor.Recent, Cursor.Wait: from memory, or from the store if the reader is far behind
//	serve/stream     stream.run, stream.sendReady: what is due
//	serve/framecache Cache.After: the frames that the client lacks
//	wire             AppendFrame: the message as SSE
//	serve/stream     stream.send, sender.send: to the client
//
// The stream itself begins like this:
//
//	serve            Server.events: GET /events/{source}
//	serve/stream     Hub.Subscribe, Hub.readSubscription, Hub.newStream, Hub.start
//	journal          Journal.ResumeNames, Journal.FollowNames: where a Last-Event-ID leads, and a cursor from there
//
// # A publish, from the request to its receipt
//
//	serve            Server.publish, Server.readDraft: POST /channels/{channel}/messages
//	wire             ParsePublish: JSON, a form or text becomes a draft
//	publish          Publisher.Publish, Publisher.Emit
//	wire             Check: refuses what a client would not read back
//	publish          Publisher.toChannel, Publisher.Source: finds or creates the channel
//	journal          Journal.Put: from here on like a message of a feed
//	sqlite/insert    Inserter.insertCompared, in duplicate.go: recognises a publish that is repeated
//	publish          Publisher.receipt
//	serve            appendReceipt: the answer
//
// Many messages as JSON lines pass through Server.publishLines, wire.ParseLines,
// Publisher.PublishLines and Journal.AppendAll instead.
//
// # A page of history
//
//	serve/history    History.Source, History.page, History.parseQuery: GET /sources/{source}/messages
//	serve/httpapi    Filter: the filter of the request
//	filter/syntax    Parse, Expr: its tree
//	serve/history    History.read: waits for its share of readers and memory
//	journal          Journal.Read
//	sqlite/query     Reader.Page, newSelection, whereSQL.condition, pageRead.run: the SQL
//	filter           Filter.Match: decides where SQL cannot
//	wire             AppendJSON: each message of the answer
//
// # An export
//
//	serve/exports    Exports.Export, Exports.write: GET /export
//	serve/history    History.Query: what it selects
//	journal/cursor   Cursor.Step: the next messages, with gaps for what was trimmed meanwhile
//	export           New, Encoder: JSON lines, CSV, Markdown, SSE
//
// # The index for searches
//
//	sqlite           DB.Append: hands over what was committed
//	sqlite/index     Index.Run, building.step: behind the commits, from memory or from the store
//	sqlite/signature Builder.Add, Builder.Block: some messages become a set of bits
//	sqlite/index     building.finishTail, Index.write: many blocks become a file
//	sqlite/query     pageRead.search: asks it for a page
//	sqlite/index     Index.Stretches, Index.ask: which blocks to read
//	sqlite/signature Ask: reads only the bits of the texts that are searched
//
// A histogram asks it too:
//
//	sqlite/summary   Builder.Add, Builder.End: when messages were received, by source and type
//	sqlite/count     Counter.Count, run.groups: what the summaries do not have is read
//	sqlite/index     Index.Count, Index.summaries: the summaries of each file
//	sqlite/summary   Counting.Count: adds a block, or goes through its messages
//
// # Trimming
//
//	node             Node.trimLoop, keepLimits: every 30 seconds, and when a limit has changed
//	journal          Journal.SetKeep, Journal.Trim: the limits, and all that is due
//	journal          writer.trimAfterBatch: what is due by number and size, behind each commit
//	journal/sources  List.Excess, List.Expired, in retention.go: decide what is due
//	journal          Journal.trimOnce: one step
//	sqlite           DB.Trim: its transaction
//	sqlite/trim      Trimmer.Trim, Trimmer.writeTombstones, Trimmer.Shrink: deletes, writes tombstones, frees space
//	journal/cursor   Cursor.trimmedGap: tells a reader how much it has missed
//
// # An update of a screen
//
//	serve/console    Console.WaitForChange, Console.watch: GET /api/bell answers when something has changed
//	serve/console    Console.State, Console.addChanges, changeLog.since: GET /api/state answers with what has changed
//	serve/history    History.Sources: GET /messages answers with the new messages
//
// In frontend/src, bridge/changes.ts waits, model/state.svelte.ts reads the state,
// and model/timeline.svelte.ts the messages, through model/reader.svelte.ts.
//
// # A setting
//
//	setting          Setting, All: settings.go describes each once
//	cli/flags        For, Set.Read, ReadFile: flags, environment, file
//	cli              commands.readSettings, serveCommand.Run, nodeOptions
//	node             Open, loadSettings, settings.get: with what the user has stored
//	node             Node.build, settings.apply: hands them to the parts
//	serve            Config, Server.SetTiming
//
// A change on the settings screen begins in serve/console with
// Console.ChangeSettings, and node's settings.Change stores and applies it.
package backend
