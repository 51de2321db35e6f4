// People of the demo whom the journey is about; both organisations have people of these names.
export const ANA = {
  login: 'ana',
  name: 'Ana Ferreira',
  // Filed a few days ago: too fresh to be called, old enough to be told.
  mobile: '+44 7700 900120',
};
export const CARL = { login: 'carl', name: 'Carl Brandt' };
export const DINA = { login: 'dina', name: 'Dina Rahman' };
export const FAY = { login: 'fay', name: 'Fay Delgado' };
export const GUS = { login: 'gus', name: 'Gus Petrov' };
export const STRANGER = { login: 'nobody-of-that-name' };

// The organisations of the demo: where each is served, and what is on file there.
export const TENANTS = [
  { name: 'Harbour Works', slug: 'harbour-works', host: 'localhost', mailHost: 'demo.postern.invalid', anasOffice: '+44 20 7946 0120' },
  { name: 'Quay Clinic', slug: 'quay-clinic', host: 'quay.localhost', mailHost: 'quay.postern.invalid', anasOffice: '+44 161 496 0120' },
];
export const emailOf = (world, person) => `${person.login}@${world.tenant.mailHost}`;
