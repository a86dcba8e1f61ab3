package guard

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"
)

// A RefusedPage is an origin whose pages were refused.
type RefusedPage struct {
	Origin string    `json:"origin"` // "null" for a page without an address, such as a file
	Path   string    `json:"path"`   // what it asked for last, without the query
	Count  int64     `json:"count"`  // of the requests
	At     time.Time `json:"at"`     // of the last request
}

const (
	// maxRefused is how many origins are remembered. A page can have any number of
	// names, so the origin that asked longest ago gives way.
	maxRefused = 20
	// maxRefusedText is the longest origin and path that are remembered, in bytes.
	maxRefusedText = 200
	// refusedNotice is the shortest time between two announcements.
	refusedNotice = time.Second
)

// refusedPages remembers the origins of pages that were refused, so that the user
// can allow them.
type refusedPages struct {
	announce func() // may be nil

	mu          sync.Mutex
	byOrigin    map[string]*RefusedPage
	announcedAt time.Time
	pending     bool // announce will be called
}

// add counts a request.
func (p *refusedPages) add(origin, path string, now time.Time) {
	if len(origin) > maxRefusedText {
		return
	}
	if len(path) > maxRefusedText {
		path = path[:maxRefusedText]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.byOrigin[origin]
	if page == nil {
		p.makeRoom()
		page = &RefusedPage{Origin: origin}
		p.byOrigin[origin] = page
	}
	page.Path, page.At = path, live.StoredTime(now)
	page.Count++
	if p.announce != nil && !p.pending {
		p.pending = true
		time.AfterFunc(max(0, refusedNotice-now.Sub(p.announcedAt)), p.announceNow)
	}
}

func (p *refusedPages) announceNow() {
	p.mu.Lock()
	p.pending, p.announcedAt = false, time.Now()
	p.mu.Unlock()
	p.announce()
}

// makeRoom is called with mu held.
func (p *refusedPages) makeRoom() {
	if p.byOrigin == nil {
		p.byOrigin = make(map[string]*RefusedPage)
	}
	if len(p.byOrigin) < maxRefused {
		return
	}
	oldest := ""
	for origin, page := range p.byOrigin {
		if oldest == "" || page.At.Before(p.byOrigin[oldest].At) {
			oldest = origin
		}
	}
	delete(p.byOrigin, oldest)
}

// forget removes an origin, and reports whether it was there.
func (p *refusedPages) forget(origin string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.byOrigin[origin]
	delete(p.byOrigin, origin)
	return ok
}

// RefusedPages returns the origins of refused pages, the newest request first.
func (g *Guard) RefusedPages() []RefusedPage {
	g.refused.mu.Lock()
	defer g.refused.mu.Unlock()
	list := make([]RefusedPage, 0, len(g.refused.byOrigin))
	for _, page := range g.refused.byOrigin {
		list = append(list, *page)
	}
	slices.SortFunc(list, func(a, b RefusedPage) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Origin, b.Origin))
	})
	return list
}

// ForgetRefused removes an origin from RefusedPages until it asks again. It
// reports whether it was there.
func (g *Guard) ForgetRefused(origin string) bool { return g.refused.forget(origin) }

// SetOrigins replaces the origins whose pages may use the server. Requests that
// are running, such as streams, go on.
func (g *Guard) SetOrigins(list []string) {
	origins := make([]string, len(list))
	for i, origin := range list {
		origins[i] = normalOrigin(origin)
		g.refused.forget(origins[i])
	}
	g.origins.Store(&origins)
}

// allows reports whether the pages of an origin may use the server.
func (g *Guard) allows(origin string) bool {
	return origin != "" && slices.Contains(*g.origins.Load(), origin)
}
