import type { Component } from 'svelte';
import type { LucideProps } from '@lucide/svelte';
// One import for each icon, so that the bundle has no other.
import Activity from '@lucide/svelte/icons/activity';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import Bell from '@lucide/svelte/icons/bell';
import BellOff from '@lucide/svelte/icons/bell-off';
import Bookmark from '@lucide/svelte/icons/bookmark';
import Check from '@lucide/svelte/icons/check';
import ChevronDown from '@lucide/svelte/icons/chevron-down';
import ChevronRight from '@lucide/svelte/icons/chevron-right';
import ChevronUp from '@lucide/svelte/icons/chevron-up';
import ChartLine from '@lucide/svelte/icons/chart-line';
import Clock from '@lucide/svelte/icons/clock';
import Columns from '@lucide/svelte/icons/columns-3';
import Contrast from '@lucide/svelte/icons/contrast';
import Copy from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import Ellipsis from '@lucide/svelte/icons/ellipsis';
import Eye from '@lucide/svelte/icons/eye';
import EyeOff from '@lucide/svelte/icons/eye-off';
import Heart from '@lucide/svelte/icons/heart';
import Info from '@lucide/svelte/icons/info';
import Link from '@lucide/svelte/icons/link';
import Lock from '@lucide/svelte/icons/lock';
import Menu from '@lucide/svelte/icons/menu';
import Moon from '@lucide/svelte/icons/moon';
import Pause from '@lucide/svelte/icons/pause';
import Pencil from '@lucide/svelte/icons/pencil';
import Play from '@lucide/svelte/icons/play';
import Plus from '@lucide/svelte/icons/plus';
import Radio from '@lucide/svelte/icons/radio';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Rss from '@lucide/svelte/icons/rss';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import Sun from '@lucide/svelte/icons/sun';
import Trash from '@lucide/svelte/icons/trash-2';
import Triangle from '@lucide/svelte/icons/triangle-alert';
import Undo from '@lucide/svelte/icons/undo-2';
import X from '@lucide/svelte/icons/x';

/** The icons by what they mean here. */
export const icons = {
  menu: Menu,
  heart: Heart,
  plus: Plus,
  search: Search,
  pause: Pause,
  play: Play,
  more: Ellipsis,
  close: X,
  copy: Copy,
  sun: Sun,
  moon: Moon,
  auto: Contrast,
  gear: Settings,
  'arrow-down': ArrowDown,
  down: ChevronDown,
  right: ChevronRight,
  up: ChevronUp,
  warning: Triangle,
  bell: Bell,
  bookmark: Bookmark,
  'bell-off': BellOff,
  eye: Eye,
  'eye-off': EyeOff,
  check: Check,
  link: Link,
  edit: Pencil,
  trash: Trash,
  undo: Undo,
  reload: RotateCw,
  feed: Rss,
  channel: Radio,
  info: Info,
  clock: Clock,
  lock: Lock,
  wave: Activity,
  columns: Columns,
  chart: ChartLine,
  download: Download,
} satisfies Record<string, Component<LucideProps>>;

export type IconName = keyof typeof icons;
