// People of the demo tenant whom the journey is about.
export const ANA = {
  login: 'ana',
  name: 'Ana Ferreira',
  email: 'ana@demo.postern.invalid',
  office: '+44 20 7946 0120',
  // Filed a few days ago: too fresh to be called, old enough to be told.
  mobile: '+44 7700 900120',
};
export const CARL = { login: 'carl', name: 'Carl Brandt', email: 'carl@demo.postern.invalid' };
export const DINA = { login: 'dina', name: 'Dina Rahman', email: 'dina@demo.postern.invalid' };
export const FAY = { login: 'fay' };
export const GUS = { login: 'gus', name: 'Gus Petrov', email: 'gus@demo.postern.invalid' };
export const STRANGER = { login: 'nobody-of-that-name' };
