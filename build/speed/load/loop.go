package load

import (
	"runtime"
	"sync/atomic"
	"syscall"
)

// A loop handles connections on one thread.
type loop struct {
	epoll int
	ready []syscall.EpollEvent
	// Read buffers, shared by all connections.
	buffer, plain []byte
	thread        atomic.Int64 // thread id, 0 before run
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

// add adds a connection. run calls ready with its index.
func (l *loop) add(fd, index int) error {
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(index)})
}

// run calls ready with the index of each readable connection until end is called.
// It calls idle before each wait; idle returns the longest wait in milliseconds.
func (l *loop) run(ready func(index int), idle func() int) {
	runtime.LockOSThread() // so that its CPU time can be measured
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

// end ends run and waits until it has returned.
func (l *loop) end() {
	close(l.done)
	<-l.ended
	syscall.Close(l.epoll)
}
