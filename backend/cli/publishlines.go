package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// lineWait is how long a line waits for others to share its request.
	lineWait = 20 * time.Millisecond
	// requestLines and requestBytes are the limits of one request. A line that is
	// longer than requestBytes has a request to itself.
	requestLines = 5000
	requestBytes = 1 << 20
	// interruptTimeout is how long a request may take after an interrupt.
	interruptTimeout = time.Second
)

// A linePublisher publishes each line of standard input as a message. One
// request is on its way at a time, which keeps the order.
type linePublisher struct {
	command    *publishCommand
	program    *Program
	out        *bufio.Writer
	linePrefix []byte // of the JSON of a line, up to the data

	unfinished []byte // the start of a line whose end was not read yet
	linesRead  int
	// The next request.
	body     []byte
	lines    int // in the body
	messages int // lines in the body that are not blank

	published int // messages
	repeated  int // of the published messages, those that were stored before
}

func newLinePublisher(c *publishCommand, p *Program) *linePublisher {
	l := &linePublisher{command: c, program: p, out: bufio.NewWriter(p.Stdout)}
	l.linePrefix = append(l.linePrefix, '{')
	if c.Event != "" {
		l.linePrefix = append(wire.AppendString(append(l.linePrefix, `"event":`...), c.Event), ',')
	}
	if c.ID != "" {
		l.linePrefix = append(wire.AppendString(append(l.linePrefix, `"id":`...), c.ID), ',')
	}
	if c.Retry != nil {
		l.linePrefix = append(strconv.AppendInt(append(l.linePrefix, `"retry":`...), *c.Retry, 10), ',')
	}
	if c.Again {
		l.linePrefix = append(l.linePrefix, `"again":true,`...)
	}
	l.linePrefix = append(l.linePrefix, `"data":`...)
	return l
}

// run publishes until standard input ends, a line is refused, or ctx ends. Then it
// prints the count.
func (l *linePublisher) run(ctx context.Context) error {
	err := l.publishAll(ctx)
	count := fmt.Sprintf("signalbox: %d messages published", l.published)
	if l.repeated > 0 {
		count += fmt.Sprintf(", %d of them stored before", l.repeated)
	}
	fmt.Fprintln(l.program.Stderr, count+".")
	return err
}

// publishAll publishes until standard input ends, a line is refused, or ctx ends.
func (l *linePublisher) publishAll(ctx context.Context) error {
	stop := make(chan struct{})
	defer close(stop)
	chunks, ended := readChunks(l.program.Stdin, stop)
	flushTimer := time.NewTimer(lineWait)
	defer flushTimer.Stop()
	for {
		select {
		case chunk := <-chunks:
			waiting := l.lines > 0
			if err := l.split(ctx, chunk); err != nil {
				return err
			}
			if !waiting {
				flushTimer.Reset(lineWait)
			}
		case <-flushTimer.C:
			if err := l.flush(ctx); err != nil {
				return err
			}
		case err := <-ended:
			if len(l.unfinished) > 0 {
				if err := l.queue(ctx, l.unfinished); err != nil {
					return err
				}
			}
			if err := l.flush(ctx); err != nil {
				return err
			}
			if err != nil {
				return fmt.Errorf("read standard input: %w", err)
			}
			return nil
		case <-ctx.Done():
			// The lines are gone from the pipe, so they are still sent. An
			// unfinished line is dropped: its rest will not be read.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptTimeout)
			defer cancel()
			return l.flush(ctx)
		}
	}
}

// readChunks reads in the background until the input ends or stop is closed. A
// chunk may be used until the next one is received.
func readChunks(in io.Reader, stop <-chan struct{}) (<-chan []byte, <-chan error) {
	chunks, ended := make(chan []byte), make(chan error, 1) // a buffer, so that the goroutine ends without a receiver
	go func() {
		// Two buffers alternate: while the receiver uses one, the other is filled.
		var buffers [2][64 << 10]byte
		for turn := 0; ; turn = 1 - turn {
			n, err := in.Read(buffers[turn][:])
			if n > 0 {
				select {
				case chunks <- buffers[turn][:n]:
				case <-stop:
					return
				}
			}
			if errors.Is(err, io.EOF) {
				err = nil
			} else if err == nil {
				continue
			}
			ended <- err
			return
		}
	}()
	return chunks, ended
}

// split queues the lines of a chunk.
func (l *linePublisher) split(ctx context.Context, chunk []byte) error {
	for {
		line, rest, found := bytes.Cut(chunk, []byte("\n"))
		if !found {
			l.unfinished = append(l.unfinished, chunk...)
			return nil
		}
		if len(l.unfinished) > 0 {
			l.unfinished = append(l.unfinished, line...)
			line = l.unfinished
		}
		if err := l.queue(ctx, line); err != nil {
			return err
		}
		l.unfinished, chunk = l.unfinished[:0], rest
	}
}

// queue adds a line to the next request, and flushes a full one.
func (l *linePublisher) queue(ctx context.Context, line []byte) error {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if l.lines > 0 && len(l.body)+len(line) > requestBytes {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	if !l.command.JSON && !utf8.Valid(line) {
		if err := l.flush(ctx); err != nil {
			return err
		}
		return onLines(errNotUTF8(), l.linesRead+1, l.linesRead+1)
	}
	l.linesRead++
	l.lines++
	if l.command.JSON {
		l.body = append(append(l.body, line...), '\n')
		if len(bytes.TrimSpace(line)) > 0 {
			l.messages++
		}
	} else {
		l.body = append(wire.AppendString(append(l.body, l.linePrefix...), string(line)), "}\n"...)
		l.messages++
	}
	if l.lines >= requestLines {
		return l.flush(ctx)
	}
	return nil
}

// flush publishes the queued lines. If one is refused, it publishes the lines
// before that one.
func (l *linePublisher) flush(ctx context.Context) error {
	body, first, messages := l.body, l.linesRead-l.lines+1, l.messages
	l.body, l.lines, l.messages = l.body[:0], 0, 0
	if messages == 0 {
		return nil
	}
	request := publishRequest{contentType: "application/x-ndjson", body: body}
	if l.command.Wait > 0 {
		request.key = newKey()
	}
	err := l.post(ctx, &request)
	if e, ok := errors.AsType[*live.Error](err); ok && e.Line > 0 {
		// The same key: the server numbers these lines as in the first request.
		request.body = firstLines(body, e.Line-1)
		if len(bytes.TrimSpace(request.body)) > 0 {
			if err := l.post(ctx, &request); err != nil {
				return onLines(err, first, first+e.Line-2)
			}
		}
		return onLines(err, first+e.Line-1, first+e.Line-1)
	}
	return onLines(err, first, l.linesRead)
}

// firstLines returns the first n lines of a text.
func firstLines(text []byte, n int) []byte {
	end := 0
	for range n {
		end += bytes.IndexByte(text[end:], '\n') + 1
	}
	return text[:end]
}

// post sends one request and prints its receipts.
func (l *linePublisher) post(ctx context.Context, request *publishRequest) error {
	var answer struct{ Receipts []receipt }
	tries, err := l.command.untilStored(ctx, l.program, request, &answer)
	if err != nil {
		return err
	}
	for i := range answer.Receipts {
		r := &answer.Receipts[i]
		l.published++
		if r.Repeated {
			l.repeated++
		}
		fmt.Fprintln(l.out, r.line(tries))
	}
	return l.out.Flush()
}

// onLines adds the numbers of the refused lines to an error. It returns nil for
// nil.
func onLines(err error, first, last int) error {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		return err
	}
	which := live.Textf("lines/range", "Lines {first} to {last}:", "first", first, "last", last)
	if first == last {
		which = live.Textf("lines/one", "Line {first}:", "first", first)
	}
	about := which.Then(e.AsText()).AsError().WithField(e.Field).WithCause(err)
	about.Code = e.Code
	return about
}
