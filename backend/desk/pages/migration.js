async function poll() {
  try {
    const s = await (await fetch('/opening')).json();
    if (s.ready) return location.reload();
    if (s.total > 0) {
      bar.max = s.total; bar.value = s.done;
      const tag = zh ? 'zh-CN' : 'en', total = s.total.toLocaleString(tag);
      const percent = (Math.floor(100 * s.done / s.total) / 100).toLocaleString(tag, { style: 'percent' });
      words.textContent = zh ? '共 ' + total + ' 条消息，已完成 ' + percent : percent + ' of ' + total + ' messages';
    }
  } catch {}
  setTimeout(poll, 300);
}
poll();
