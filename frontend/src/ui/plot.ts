/** uPlot, loaded when a chart is first drawn. */
import './navigatorlanguage';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clockMinutes, clockSeconds, day } from '../lib/format';

export interface PlotSeries {
  label: string;
  /** A colour token: "--accent". */
  colour: string;
  dash?: number[];
  values: (number | null)[];
  /** The words for a value on the axis. */
  words?: (value: number) => string;
}

/** A stretch of time that is drawn as a gap, in milliseconds. */
export interface PlotGap {
  from: number;
  to: number;
}

export interface PlotOptions {
  width: number;
  height: number;
  /** In milliseconds. */
  times: number[];
  series: PlotSeries[];
  gaps: PlotGap[];
  onhover: (index: number | null) => void;
  onopen: (index: number) => void;
}

/** A Plot draws series over time. The first two have an axis, all have a scale of their own. */
export class Plot {
  readonly #plot: uPlot;
  #gaps: readonly PlotGap[];
  /** What moves the cursor is not the reader. */
  #moving = false;

  constructor(host: HTMLElement, { width, height, times, series, gaps, onhover, onopen }: PlotOptions) {
    this.#gaps = gaps;
    const style = getComputedStyle(host);
    const token = (name: string) => style.getPropertyValue(name).trim();
    const font = `10px ${token('--mono')}`;
    const grid = { stroke: token('--line'), width: 1 };
    this.#plot = new uPlot(
      {
        width,
        height,
        legend: { show: false },
        padding: [8, series.length > 1 ? 0 : 12, 0, 0],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: true },
          points: { size: 8 },
        },
        scales: {
          // Messages of one moment have no stretch of time to draw them in.
          x: { time: true, range: (_u, from, to) => (to - from < 0.001 ? [from - 0.5, to + 0.5] : [from, to]) },
          ...Object.fromEntries(series.map((_, i) => [`y${i}`, { auto: true }])),
        },
        series: [
          {},
          ...series.map((s, i) => ({
            label: s.label,
            scale: `y${i}`,
            stroke: token(s.colour),
            width: 1.5,
            dash: s.dash,
            spanGaps: true,
            points: { show: (u: uPlot) => u.data[0].length < 200, size: 4, fill: token(s.colour) },
          })),
        ],
        axes: [
          {
            stroke: token('--muted'),
            font,
            grid: { show: false },
            ticks: { ...grid, size: 4 },
            size: 26,
            values: (_u, splits, _axis, _space, step) =>
              splits.map((s) =>
                step >= 86_400 ? day(s * 1000) : step >= 60 ? clockMinutes(s * 1000) : clockSeconds(s * 1000),
              ),
          },
          ...series.slice(0, 2).map((s, i) => ({
            scale: `y${i}`,
            side: i === 0 ? 3 : 1,
            stroke: series.length === 1 ? token('--muted') : token(s.colour),
            font,
            grid: i === 0 ? grid : { show: false },
            ticks: { show: false },
            size: 48,
            ...(s.words ? { values: (_u: uPlot, splits: number[]) => splits.map(s.words!) } : {}),
          })),
        ],
        hooks: {
          setCursor: [(u) => this.#moving || onhover(u.cursor.left! < 0 ? null : (u.cursor.idx ?? null))],
          drawClear: [(u) => drawGaps(u, this.#gaps, token('--warn'))],
        },
      },
      dataOf(times, series),
      host,
    );
    // A click leads to a message; a drag zooms.
    const { over } = this.#plot;
    let down = 0;
    over.addEventListener('pointerdown', (event) => (down = event.clientX));
    over.addEventListener('click', (event) => {
      if (Math.abs(event.clientX - down) > 3) return;
      onopen(this.#plot.posToIdx(event.clientX - over.getBoundingClientRect().left));
    });
  }

  /** Shows other values of the same series. A part of the time that was zoomed in on stays. */
  update({ times, series, gaps }: Pick<PlotOptions, 'times' | 'series' | 'gaps'>): void {
    const u = this.#plot;
    this.#gaps = gaps;
    const { min, max } = u.scales.x;
    const whole = min == null || max == null || (min <= u.data[0][0] && max >= u.data[0].at(-1)!);
    this.#moving = true;
    u.batch(() => {
      u.setData(dataOf(times, series), whole);
      if (!whole) u.redraw();
    });
    this.#moving = false;
  }

  resize(width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  /** Puts the cursor on a point. */
  point(index: number): void {
    const u = this.#plot;
    const value = u.data[1]?.[index];
    this.#moving = true;
    u.setCursor(
      {
        left: u.valToPos(u.data[0][index], 'x'),
        top: value == null ? 0 : u.valToPos(value, 'y0'),
      },
      false,
    );
    this.#moving = false;
  }

  destroy(): void {
    this.#plot.destroy();
  }
}

const dataOf = (times: readonly number[], series: readonly PlotSeries[]): uPlot.AlignedData =>
  [times.map((t) => t / 1000), ...series.map((s) => s.values)] as uPlot.AlignedData;

function drawGaps(u: uPlot, gaps: readonly PlotGap[], colour: string): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour;
  for (const { from, to } of gaps) {
    const [left, right] = [from, to].map((t) => u.valToPos(t / 1000, 'x', true));
    ctx.globalAlpha = 0.18;
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}
