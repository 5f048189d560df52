import { RouterProvider } from '@tanstack/react-router';
import { App as Messages, ConfigProvider, type ThemeConfig } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Provider } from 'urql';
import { useStore } from '../client/store';
import { router } from '../router';
import { locale } from '../words';
import { client } from './client';
import { nonce } from './nonce';
import { textSize } from './text-size';

function theme(large: boolean): ThemeConfig {
  return {
    token: {
      colorPrimary: '#b3151b',
      colorLink: '#a01218',
      colorError: '#b3151b',
      colorTextDescription: '#595959',
      colorTextPlaceholder: '#6b6b6b',
      fontSize: large ? 19 : 15,
      controlHeight: large ? 48 : 38,
      borderRadius: 6,
      fontFamily:
        "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif",
    },
  };
}

export function App() {
  const size = useStore(textSize);
  const of = useStore(client);
  useTranslation(); // drawn anew in another language
  const look = useMemo(() => theme(size === 'large'), [size]);
  return (
    <ConfigProvider locale={locale() === 'en' ? enUS : zhCN} theme={look} {...(nonce ? { csp: { nonce } } : {})}>
      <Messages>
        <Provider value={of}>
          <RouterProvider router={router} />
        </Provider>
      </Messages>
    </ConfigProvider>
  );
}
