import { Link } from '@tanstack/react-router';
import { Segmented, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../client/store';
import { Said } from '../../frame/said';
import { setShortcuts, shortcuts } from '../../frame/shortcuts';
import { useStep } from '../../frame/step';
import { textSize } from '../../frame/text-size';
import { useTitle } from '../../frame/title';
import { type Locale, locale, speak } from '../../words';
import { SetLanguageDocument } from './gen/graphql';
import { Notices } from './notices';
import { Password } from './password';
import { Sessions } from './sessions';
import { Tokens } from './tokens';

/** What one sets for oneself. */
export function Settings() {
  const { t } = useTranslation();
  const size = useStore(textSize);
  const [made, setMade] = useState(0);
  const said = useStep(SetLanguageDocument);
  useTitle(t('place.settings'));
  return (
    <>
      <h1>{t('place.settings')}</h1>
      <section className="sheet">
        <h2>{t('settings.look')}</h2>
        <p className="ways">
          <Segmented<Locale>
            aria-label={t('settings.language')}
            options={[
              { value: 'zh-CN', label: t('settings.zh') },
              { value: 'en', label: t('settings.en') },
            ]}
            value={locale()}
            onChange={(to) => {
              void speak(to);
              void said.take({ locale: to === 'en' ? 'EN' : 'ZH' });
            }}
          />
          <label>
            <Switch checked={size === 'large'} onChange={(on) => textSize.set(on ? 'large' : 'plain')} /> {t('settings.large')}
          </label>
        </p>
        <Said error={said.error} problems={said.data?.setLanguage?.problems ?? []} />
      </section>
      <Shortcuts />
      <Notices />
      <Password />
      <p>
        <Link to="/permissions" search={{ view: 'why' }}>
          {t('permission.mine')}
        </Link>
      </p>
      <Sessions key={made} />
      <Tokens made={() => setMade(made + 1)} />
    </>
  );
}

/** Single letters that do something, and the switch for whoever does not want them. */
function Shortcuts() {
  const { t } = useTranslation();
  const on = useStore(shortcuts);
  const keys = [
    ['J', t('settings.key.down')],
    ['K', t('settings.key.up')],
    ['X', t('settings.key.choose')],
    ['Enter', t('settings.key.open')],
    ['A', t('settings.key.approve')],
    ['R', t('settings.key.return')],
    ['N', t('settings.key.next')],
  ] as const;
  return (
    <section className="sheet on-keys">
      <h2>{t('settings.shortcuts')}</h2>
      <p>
        <label>
          <Switch checked={on} onChange={setShortcuts} /> {t('settings.shortcutsOn')}
        </label>
      </p>
      <p className="hint">{t('settings.shortcutsHint')}</p>
      <dl className="content shortcuts">
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
