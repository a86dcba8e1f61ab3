package desk

import "os"

// PlainGraphics makes GTK and WebKit draw without the graphics card. Text does not
// need it, and WebKit's DMA-BUF renderer shows an empty window with some drivers.
// It keeps environment variables that the user has set: then WebKit may load a
// driver, too. Call it before the window is created.
func PlainGraphics() {
	plain := true
	for name, value := range map[string]string{"GDK_GL": "disable", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"} {
		if _, set := os.LookupEnv(name); set {
			plain = false
		} else {
			os.Setenv(name, value)
		}
	}
	if plain {
		withoutEGL()
	}
}
