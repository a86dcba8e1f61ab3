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
	// requestLines and requestBytes are how much goes into one request. A line
	// that is longer than that goes alone.
	requestLines = 5000
	requestBytes = 1 << 20
	// lastTry is how long the lines that were read before an interrupt may take.
	lastTry = time.Second
)

// A linePublisher publishes each line of standard input as a message. One
// request is on its way at a time, which keeps the order.
type linePublisher struct {
	command *publishCommand
	program *Program
	out     *bufio.Writer
	before  []byte // what stands before the data in the JSON of a line

	unfinished []byte // a line of which the end was not read yet
	read       int    // lines
	// What waits for the next request.
	body     []byte
	lines    int // in the body
	messages int // in the body: lines that are not blank

	published, repeated int // messages, and how many of them were stored before
}

func newLinePublisher(c *publishCommand, p *Program) *linePublisher {
	l := &linePublisher{command: c, program: p, out: bufio.NewWriter(p.Stdout)}
	l.before = append(l.before, '{')
	if c.Event != "" {
		l.before = append(wire.AppendString(append(l.before, `"event":`...), c.Event), ',')
	}
	if c.ID != "" {
		l.before = append(wire.AppendString(append(l.before, `"id":`...), c.ID), ',')
	}
	if c.Retry != nil {
		l.before = append(strconv.AppendInt(append(l.before, `"retry":`...), *c.Retry, 10), ',')
	}
	if c.Again {
		l.before = append(l.before, `"again":true,`...)
	}
	l.before = append(l.before, `"data":`...)
	return l
}

// run publishes until standard input ends, something is refused, or ctx ends.
func (l *linePublisher) run(ctx context.Context) error {
	err := l.publishAll(ctx)
	count := fmt.Sprintf("signalbox: %d messages published", l.published)
	if l.repeated > 0 {
		count += fmt.Sprintf(", %d of them stored before", l.repeated)
	}
	fmt.Fprintln(l.program.Stderr, count+".")
	return err
}

func (l *linePublisher) publishAll(ctx context.Context) error {
	stop := make(chan struct{})
	defer close(stop)
	chunks, ended := readChunks(l.program.Stdin, stop)
	waited := time.NewTimer(lineWait)
	defer waited.Stop()
	for {
		select {
		case chunk := <-chunks:
			waiting := l.lines > 0
			if err := l.take(ctx, chunk); err != nil {
				return err
			}
			if !waiting {
				waited.Reset(lineWait)
			}
		case <-waited.C:
			if err := l.send(ctx); err != nil {
				return err
			}
		case err := <-ended:
			if len(l.unfinished) > 0 {
				if err := l.add(ctx, l.unfinished); err != nil {
					return err
				}
			}
			if err := l.send(ctx); err != nil {
				return err
			}
			if err != nil {
				return fmt.Errorf("read standard input: %w", err)
			}
			return nil
		case <-ctx.Done():
			// The program before this one in a pipe cannot say these lines again.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTry)
			defer cancel()
			return l.send(ctx)
		}
	}
}

// readChunks reads in the background until the input ends or stop is closed. A
// chunk may be used until the next one is taken.
func readChunks(in io.Reader, stop <-chan struct{}) (<-chan []byte, <-chan error) {
	chunks, ended := make(chan []byte), make(chan error, 1) // the reader does not wait for its end to be taken
	go func() {
		// Two buffers take turns: when one is taken, the other is free.
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

// take adds the lines of a chunk.
func (l *linePublisher) take(ctx context.Context, chunk []byte) error {
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
		if err := l.add(ctx, line); err != nil {
			return err
		}
		l.unfinished, chunk = l.unfinished[:0], rest
	}
}

// add adds a line to the next request, and sends that where it is full.
func (l *linePublisher) add(ctx context.Context, line []byte) error {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if l.lines > 0 && len(l.body)+len(line) > requestBytes {
		if err := l.send(ctx); err != nil {
			return err
		}
	}
	if !l.command.JSON && !utf8.Valid(line) {
		if err := l.send(ctx); err != nil {
			return err
		}
		return onLines(errNotUTF8(), l.read+1, l.read+1)
	}
	l.read++
	l.lines++
	if l.command.JSON {
		l.body = append(append(l.body, line...), '\n')
		if len(bytes.TrimSpace(line)) > 0 {
			l.messages++
		}
	} else {
		l.body = append(wire.AppendString(append(l.body, l.before...), string(line)), "}\n"...)
		l.messages++
	}
	if l.lines >= requestLines {
		return l.send(ctx)
	}
	return nil
}

// send publishes what waits. Where a line of it is refused, the lines before
// that one are published by themselves.
func (l *linePublisher) send(ctx context.Context) error {
	body, first, messages := l.body, l.read-l.lines+1, l.messages
	l.body, l.lines, l.messages = l.body[:0], 0, 0
	if messages == 0 {
		return nil
	}
	request := publishRequest{contentType: "application/x-ndjson", body: body}
	if l.command.Wait > 0 {
		request.key = newKey()
	}
	err := l.publish(ctx, &request)
	if e, ok := errors.AsType[*live.Error](err); ok && e.Line > 0 {
		// The same key: these lines have the numbers that they had before.
		request.body = firstLines(body, e.Line-1)
		if len(bytes.TrimSpace(request.body)) > 0 {
			if err := l.publish(ctx, &request); err != nil {
				return onLines(err, first, first+e.Line-2)
			}
		}
		return onLines(err, first+e.Line-1, first+e.Line-1)
	}
	return onLines(err, first, l.read)
}

// firstLines returns the first n lines of a text.
func firstLines(text []byte, n int) []byte {
	end := 0
	for range n {
		end += bytes.IndexByte(text[end:], '\n') + 1
	}
	return text[:end]
}

// publish sends one request and prints its receipts.
func (l *linePublisher) publish(ctx context.Context, request *publishRequest) error {
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

// onLines adds to an error the numbers of the lines that it is about, or
// returns nil where it is nil.
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
