package load

import (
	"runtime"
	"sync/atomic"
	"syscall"
)

// A loop serves connections from one thread.
type loop struct {
	epoll int
	ready []syscall.EpollEvent
	// What a connection reads into. It is used up before the next one is read.
	buffer, plain []byte
	thread        atomic.Int64 // the system's id of the loop's thread; 0 before it runs
	done          chan struct{}
	ended         chan struct{}
}

func newLoop() (*loop, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &loop{
		epoll: fd, ready: make([]syscall.EpollEvent, 256),
		buffer: make([]byte, 256<<10), plain: make([]byte, 16<<10),
		done: make(chan struct{}), ended: make(chan struct{}),
	}, nil
}

// add adds a connection. Its index comes back when something can be read.
func (l *loop) add(fd, index int) error {
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(index)})
}

// run calls ready with the index of each connection that can be read, and idle
// behind each round, until the loop is ended. idle returns how long the next
// round may wait, in milliseconds.
func (l *loop) run(ready func(index int), idle func() int) {
	runtime.LockOSThread() // for the time that the thread has taken
	defer runtime.UnlockOSThread()
	defer close(l.ended)
	l.thread.Store(int64(syscall.Gettid()))
	for {
		wait := idle()
		select {
		case <-l.done:
			return
		default:
		}
		n, err := syscall.EpollWait(l.epoll, l.ready, wait)
		if err != nil { // EINTR
			continue
		}
		for _, e := range l.ready[:n] {
			ready(int(e.Fd))
		}
	}
}

// end ends run and waits for that.
func (l *loop) end() {
	close(l.done)
	<-l.ended
	syscall.Close(l.epoll)
}
