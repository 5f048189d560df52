import { useNavigate, useSearch } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTitle } from '../../frame/title';
import { knowsPolicy, seesPosts, shutsOut, useViewer } from '../../frame/viewer';
import { Holders } from './holders';
import { People } from './people';
import { Policy } from './policy';
import { Three } from './three';
import { Why } from './why';

type View = 'who' | 'people' | 'why' | 'policy' | 'three';

/** Who may do what, and why. Everybody may ask about himself; more is told to whom it is for. */
export function Permissions() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const asked = useSearch({ from: '/inside/controls/permissions' });
  useTitle(t('place.permissions'));
  const views: readonly View[] = [...(posts.some(seesPosts) ? (['who'] as const) : []), ...(posts.some(shutsOut) ? (['people'] as const) : []), 'why', ...(posts.some(knowsPolicy) ? (['policy'] as const) : []), ...(posts.some(seesPosts) ? (['three'] as const) : [])];
  const view = asked.view && views.includes(asked.view) ? asked.view : (views[0] ?? 'why');
  return (
    <>
      <h1>{t('place.permissions')}</h1>
      {views.length > 1 && (
        <Segmented<View>
          aria-label={t('place.permissions')}
          options={views.map((one) => ({ value: one, label: t(`permission.view.${one}`) }))}
          value={view}
          onChange={(next) => void go({ to: '/permissions', search: { ...asked, view: next } })}
        />
      )}
      {view === 'who' && <Holders />}
      {view === 'people' && <People />}
      {view === 'why' && <Why />}
      {view === 'policy' && <Policy />}
      {view === 'three' && <Three />}
    </>
  );
}
