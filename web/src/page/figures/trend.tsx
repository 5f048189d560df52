import { BarChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as draws } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Failure, Loading } from '../../frame/state';
import { TrendOfDocument } from './gen/graphql';
import { months, STATES } from './matrix';

draws([AriaComponent, BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const COLOURS = { FINAL: '#2f7d32', IN_REVIEW: '#b26a00', RETURNED: '#b3151b', WITHDRAWN: '#767676' } as const;

/** The last twelve months, state by state. */
export default function Trend({ org, to, type }: { readonly org: string; readonly to: number; readonly type: string | undefined }) {
  const { t, i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const from = to % 100 === 12 ? to - 11 : to - 99;
  const input = useMemo(() => ({ org, from, to, byMonth: true, types: type ? [type] : [] }), [org, from, to, type]);
  const [{ data, error }, again] = useQuery({ query: TrendOfDocument, variables: { input } });
  const figures = data?.figures;
  useEffect(() => {
    if (!box.current || !figures) return;
    const chart = init(box.current);
    const all = months(from, to);
    chart.setOption({
      animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      // Drawn, not made of elements: the policy of the page allows those no styles.
      tooltip: { trigger: 'axis', renderMode: 'richText' },
      // Patterns beside colours, for those to whom colours say nothing.
      aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
      legend: { bottom: 0 },
      grid: { left: 48, right: 12, top: 12, bottom: 64 },
      xAxis: { type: 'category', data: all.map((month) => `${String(Math.floor(month / 100))}-${String(month % 100).padStart(2, '0')}`) },
      yAxis: { type: 'value', minInterval: 1 },
      series: STATES.map((state) => ({
        name: i18n.t(`state.of.${state}`),
        type: 'bar',
        stack: 'all',
        itemStyle: { color: COLOURS[state] },
        data: all.map((month) => figures.filter((one) => one.month === month && one.state === state).reduce((sum, one) => sum + one.count, 0)),
      })),
    });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [figures, from, to, i18n, i18n.language]);
  if (error && !figures) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (!figures) return <Loading />;
  return <div ref={box} className="chart" role="img" aria-label={t('figures.trendOf', { count: figures.reduce((sum, { count }) => sum + count, 0) })} />;
}
