package desk

import "os"

// PlainGraphics makes GTK and WebKit draw without the graphics card: the window
// shows text. That saves some megabytes in each process, and avoids the empty
// window that WebKit's DMA-BUF renderer shows with some drivers. Variables that
// the user has set stay. Call it before the window is created.
func PlainGraphics() {
	for name, value := range map[string]string{"GDK_GL": "disable", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"} {
		if _, set := os.LookupEnv(name); !set {
			os.Setenv(name, value)
		}
	}
}
