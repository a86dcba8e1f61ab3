package desk

import "os"

// PlainGraphics keeps GTK and WebKit from setting up ways to draw that the
// window does not use: it shows text, and draws without a graphics card. It
// saves some megabytes in each process, and the empty window that WebKit's
// DMA-BUF renderer shows with some drivers. What the user has set stays. Call
// it before the window is made.
func PlainGraphics() {
	for name, value := range map[string]string{"GDK_GL": "disable", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"} {
		if _, set := os.LookupEnv(name); !set {
			os.Setenv(name, value)
		}
	}
}
