package stream

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
	"signalbox/backend/serve/framecache"
	"signalbox/backend/wire"
)

// heartbeatComment ends with one line break: at a blank line some clients
// report an event that is not there.
const heartbeatComment = ":\n"

// writeSize is how many bytes of frames are gathered for one write.
const writeSize = 64 << 10

// A stream sends a client the messages that its cursor finds. Its methods are
// for the goroutine that runs it.
type stream struct {
	hub     *Hub
	client  *client
	sender  *sender
	release func() // of the connection's place for streams

	cursor *cursor.Cursor
	cache  *framecache.Cache // nil for a client with a filter

	removed        map[int64]bool // which sources are removed, for a client of all of them…
	sourcesVersion int64          // …at this version of the sources

	fromStore bool // whether it reads from the store

	idle       context.Context // ends when a heartbeat is due, or sources have changed
	cancelIdle context.CancelFunc
	// firstBeatEarly is by how much the first heartbeat comes early.
	firstBeatEarly time.Duration
}

// run sends the opening, and then messages until the client or the server ends
// the stream.
func (s *stream) run(opening []byte) {
	defer s.close()
	err := s.sender.send(opening)
	for err == nil {
		err = s.step()
	}
	s.finish(err)
}

// step sends what is ready, or waits until something is.
func (s *stream) step() error {
	// Also where a message is ready: under load one always is.
	if s.idle == nil || s.idle.Err() != nil {
		if err := s.maintain(); err != nil {
			return err
		}
	}
	err := s.sendReady()
	if err != nil && s.idle.Err() != nil && s.sender.err == nil {
		return nil
	}
	return err
}

// maintain does what is due between messages, and sets how long to wait for the
// next one.
func (s *stream) maintain() error {
	if err := context.Cause(s.client.ctx); err != nil {
		return err
	}
	if s.cancelIdle != nil {
		s.cancelIdle()
	}
	if s.client.mustLookUp() {
		s.updateSources()
	}
	heartbeat := time.Duration(s.hub.heartbeat.Load())
	wait := heartbeat - s.firstBeatEarly - time.Since(s.sender.lastSend)
	if wait <= 0 {
		if err := s.sender.send([]byte(heartbeatComment)); err != nil {
			return err
		}
		s.firstBeatEarly, wait = 0, heartbeat
		if s.cache != nil {
			s.cache.DropUnused()
		}
	}
	s.idle, s.cancelIdle = s.client.wait(wait)
	return nil
}

// updateSources counts the client among those of the sources that it follows
// now.
func (s *stream) updateSources() {
	if sources := s.cursor.Sources(); len(s.client.names) > 0 && !slices.Equal(sources, s.client.sources) {
		s.hub.clients.setSources(s.client, slices.Clone(sources))
	}
}

// sendReady sends what is ready: from the cache where that reaches, else from
// the memory of the journal or the store.
func (s *stream) sendReady() error {
	if s.cache != nil {
		if slice, ok := s.cache.After(s.cursor.Number()); ok {
			s.cursor.MoveTo(slice.Through)
			s.caughtUp()
			if slice.Messages == 0 {
				return s.cursor.Wait(s.idle)
			}
			return s.send(slice.Frames, slice.Messages, slice.Last)
		}
	}
	s.cursor.SetPageSize(s.hub.catchUp.pageSize())
	batch, err := s.cursor.Next(s.idle)
	if err != nil {
		return err
	}
	if batch.Stored {
		return s.sendStored(batch)
	}
	s.caughtUp()
	return s.sendBatch(batch)
}

var frameBuffers = sync.Pool{New: func() any { b := make([]byte, 0, writeSize); return &b }}

// sendBatch encodes and sends what the cursor found, in as few writes as
// possible.
func (s *stream) sendBatch(batch cursor.Batch) error {
	pooled := frameBuffers.Get().(*[]byte)
	defer frameBuffers.Put(pooled)
	b := (*pooled)[:0]
	gap := batch.Gap != nil && s.client.wants(live.GapKind)
	if gap {
		b = wire.AppendGap(b, batch.Gap)
	}
	var messages, last int64
	for _, e := range batch.Entries {
		if !s.wants(&e.Message) {
			continue
		}
		if batch.Stored && len(e.Data) < writeSize/8 {
			// No other stream will ask for this frame.
			if len(b) > writeSize/2 {
				if err := s.sender.send(b); err != nil {
					return err
				}
				b = b[:0]
			}
			b = wire.AppendFrame(b, s.hub.journal.Epoch(), &e.Message)
			messages, last = messages+1, e.Number
			continue
		}
		frame := e.Frame(s.hub.encode)
		if len(b)+len(frame) > writeSize {
			if err := s.sender.send(b); err != nil {
				return err
			}
			b = b[:0]
		}
		if len(frame) > writeSize {
			if err := s.sender.send(frame); err != nil {
				return err
			}
		} else {
			b = append(b, frame...)
		}
		messages, last = messages+1, e.Number
	}
	if messages == 0 && !gap {
		return nil
	}
	return s.send(b, messages, last)
}

func (h *Hub) encode(m *live.Message) []byte { return wire.Frame(h.journal.Epoch(), m) }

// send sends frames and counts the messages that were sent with them. last is
// the number of the last message.
func (s *stream) send(frames []byte, messages, last int64) error {
	if err := s.sender.send(frames); err != nil {
		return err
	}
	if messages > 0 {
		s.client.last.Store(last)
	}
	s.client.sent.Add(messages)
	s.hub.delivered.Add(messages)
	s.hub.bytes.Add(s.sender.bytes - s.client.bytes.Load())
	s.client.bytes.Store(s.sender.bytes)
	return nil
}

// wants reports whether the client is to get a message.
func (s *stream) wants(m *live.Message) bool {
	switch {
	case m.Kind == live.NoteKind:
		return false
	case len(s.client.names) == 0 && s.isRemoved(m.Source):
		return false
	}
	return s.client.filter == nil || s.client.filter.Match(m)
}

func (s *stream) isRemoved(source int64) bool {
	if v := s.hub.journal.SourcesVersion(); s.removed == nil || v != s.sourcesVersion {
		s.removed, s.sourcesVersion = make(map[int64]bool), v
	}
	removed, known := s.removed[source]
	if !known {
		src, ok := s.hub.journal.SourceByID(source)
		removed = !ok || !src.Removed.IsZero()
		s.removed[source] = removed
	}
	return removed
}

// finish tells a client that still reads when to reconnect after a shutdown, at
// a random time: clients must not all reconnect in the same moment. Any other
// end is logged.
func (s *stream) finish(err error) {
	switch {
	case errors.Is(err, errShutdown), errors.Is(err, journal.ErrClosed):
		retry := time.Duration(s.hub.retry.Load())
		retry += rand.N(retry + time.Second)
		_ = s.sender.send(wire.AppendRetry(nil, retry.Milliseconds())) // the stream ends in any case
	case s.client.ctx.Err() != nil: // the client has left, or was disconnected
	case s.sender.err == nil:
		s.hub.log.Warn("a stream ended", "client", s.client.id, "err", err)
	default:
		s.hub.log.Debug("a client was cut off", "client", s.client.id, "err", err)
	}
}

// close gives back what the stream holds, and closes its connection.
func (s *stream) close() {
	if s.cancelIdle != nil {
		s.cancelIdle()
	}
	s.client.end(nil)
	s.caughtUp()
	if s.cache != nil {
		s.hub.caches.Leave(s.cache)
	}
	s.hub.clients.remove(s.client)
	if s.sender != nil {
		s.sender.close()
	}
	s.release()
}
