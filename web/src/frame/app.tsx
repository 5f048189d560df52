import { RouterProvider } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Provider } from 'urql';
import { useStore } from '../client/store';
import { router } from '../router';
import { client } from './client';

export function App() {
  const of = useStore(client);
  useTranslation(); // drawn anew in another language
  return (
    <Provider value={of}>
      <RouterProvider router={router} />
    </Provider>
  );
}
