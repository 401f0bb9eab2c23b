// A relation to begin with where the model brings none: common knowledge, for real models.

import type { WorldRelation } from './world';

const capitals: Readonly<Record<string, string>> = {
  France: 'Paris',
  Italy: 'Rome',
  Japan: 'Tokyo',
  Egypt: 'Cairo',
  Greece: 'Athens',
  Russia: 'Moscow',
  Cuba: 'Havana',
  Peru: 'Lima',
  Ireland: 'Dublin',
  Austria: 'Vienna',
  Norway: 'Oslo',
  Poland: 'Warsaw',
  Kenya: 'Nairobi',
  Spain: 'Madrid',
  China: 'Beijing',
  Portugal: 'Lisbon',
  Germany: 'Berlin',
  Hungary: 'Budapest',
  Chile: 'Santiago',
  Iran: 'Tehran',
  Iraq: 'Baghdad',
  Canada: 'Ottawa',
  Finland: 'Helsinki',
  Thailand: 'Bangkok',
};

export const starter: WorldRelation = {
  name: 'country_capital',
  templates: ['The capital city of {} is'],
  facts: Object.entries(capitals).map(([subject, object]) => ({ subject, object })),
};
