/* Flight software of a lunar lander in C99: navigation, guidance and control of its own.
 *
 *     cc -std=c99 -O2 -o lander docs/examples/c/lander.c -lm
 *     frigoris fly hakuto-r-m2 --nominal --software ./lander
 *
 * It reads its planned configuration from the hello (as a real lander has it on board)
 * and from then on nothing but measurements. Navigation: dead reckoning on the inertial
 * unit in a field of spherical harmonics, attitude by gyros and star tracker, height by
 * the range finder. Guidance: one braking burn found by bisection, then a descent rate
 * for each height. Control: rate-limited turns, attitude thrusters by sums of pulses.
 * The protocol is told in docs/own-flight-software.md.
 */
#define _POSIX_C_SOURCE 200112L
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEADER = 16, VERSION = 1, READY = 2, MEASUREMENTS = 3, COMMANDS = 4 };
enum { BOOT, DEORBIT, COAST, BRAKING, PITCH_UP, DESCENT, LANDING, LANDED };
enum { DEGREE = 12, JETS = 32, PAIRS = 16, LEGS = 12 };

static void die(const char *why) {
    fprintf(stderr, "lander: %s\n", why);
    exit(1);
}

/* ---- the line -------------------------------------------------------------------- */

static int line;

static void read_all(void *to, size_t size) {
    for (char *p = to; size;) {
        ssize_t n = read(line, p, size);
        if (n <= 0) exit(0); /* the flight is over */
        p += n, size -= (size_t)n;
    }
}

static void write_all(const void *from, size_t size) {
    for (const char *p = from; size;) {
        ssize_t n = write(line, p, size);
        if (n <= 0) exit(0);
        p += n, size -= (size_t)n;
    }
}

/* Little-endian by hand, so that any machine may fly. */
static uint64_t get(const unsigned char *p, int bytes) {
    uint64_t x = 0;
    for (int i = bytes - 1; i >= 0; i--) x = x << 8 | p[i];
    return x;
}

static void put(unsigned char *p, uint64_t x, int bytes) {
    for (int i = 0; i < bytes; i++, x >>= 8) p[i] = (unsigned char)(x & 255);
}

static double get_number(const unsigned char *p) {
    uint64_t bits = get(p, 8);
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

static void put_number(unsigned char *p, double x) {
    uint64_t bits;
    memcpy(&bits, &x, 8);
    put(p, bits, 8);
}

static unsigned char *receive(int *kind, uint64_t *tick) {
    unsigned char head[HEADER];
    read_all(head, HEADER);
    size_t size = (size_t)get(head, 4) - HEADER;
    if (get(head + 4, 2) != VERSION) die("another version of the protocol");
    *kind = (int)get(head + 6, 2), *tick = get(head + 8, 8);
    unsigned char *payload = calloc(size + 1, 1);
    if (!payload) die("no memory");
    read_all(payload, size);
    return payload;
}

static void send_frame(int kind, uint64_t tick, unsigned char *payload, size_t size) {
    unsigned char frame[HEADER + 4096];
    if (size > 4096) die("a frame that is too large");
    put(frame, HEADER + size, 4), put(frame + 4, VERSION, 2);
    put(frame + 6, (uint64_t)kind, 2), put(frame + 8, tick, 8);
    memcpy(frame + HEADER, payload, size);
    write_all(frame, HEADER + size);
}

static void connect_to(const char *address) {
    if (!address) die("FRIGORIS_SOFTWARE is not set: frigoris starts this program");
    if (!strncmp(address, "unix:", 5)) {
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        strncpy(to.sun_path, address + 5, sizeof to.sun_path - 1);
        line = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(line, (struct sockaddr *)&to, sizeof to)) die("no connection");
        return;
    }
    const char *colon = strchr(address, ':');
    struct sockaddr_in to = {.sin_family = AF_INET};
    to.sin_port = htons((uint16_t)atoi(colon ? colon + 1 : address));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(line, (struct sockaddr *)&to, sizeof to)) die("no connection");
    int on = 1;
    setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* ---- the hello: JSON without blanks, read by its keys ------------------------------ */

static char *hello;

/* Numbers behind a key, however they are nested; how many there are. */
static int numbers(const char *from, const char *key, double *to, int most) {
    char quoted[96];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *p = strstr(from, quoted);
    if (!p) return 0;
    int n = 0, depth = 0;
    for (p += strlen(quoted); *p; p++) {
        if (*p == '[') depth++;
        else if (*p == ']') { if (--depth <= 0) break; }
        else if (*p != ',') {
            char *end;
            double x = strtod(p, &end);
            if (end == p) break;
            if (n < most) to[n] = x;
            n++, p = end - 1;
        } else if (!depth) break;
    }
    return n < most ? n : most;
}

static void need(const char *key, double *to, int count) {
    if (numbers(hello, key, to, count) == count) return;
    fprintf(stderr, "lander: the hello has no %s\n", key);
    exit(1);
}

/* Where a field of the frames begins, in doubles, or another number of it; else -1. */
static int told(const char *frames, const char *name, const char *what) {
    char text[64];
    snprintf(text, sizeof text, "\"%s\":{\"bytes\":", frames);
    const char *p = strstr(hello, text), *end = p ? strchr(p, ']') : NULL;
    snprintf(text, sizeof text, "\"name\":\"%s\"", name);
    p = p ? strstr(p, text) : NULL;
    double at;
    return p && p < end && numbers(p, what, &at, 1) ? (int)at : -1;
}

static int field(const char *frames, const char *name) {
    int at = told(frames, name, "offset");
    return at < 0 ? -1 : at / 8;
}

static int length(const char *frames) {
    char text[64];
    double bytes;
    snprintf(text, sizeof text, "\"%s\":{", frames);
    const char *p = strstr(hello, text);
    if (!p || !numbers(p, "bytes", &bytes, 1)) die("a hello without its frames");
    return (int)bytes;
}

/* ---- vectors and quaternions (Hamilton, scalar first) ------------------------------ */

#define EACH for (int i = 0; i < 3; i++)

static double dot(const double *a, const double *b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static double norm(const double *a) { return sqrt(dot(a, a)); }

static void cross(const double *a, const double *b, double *c) {
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static double clip(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

static void multiply(const double *p, const double *q, double *r) {
    double s[4] = {p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3],
                   p[0] * q[1] + p[1] * q[0] + p[2] * q[3] - p[3] * q[2],
                   p[0] * q[2] - p[1] * q[3] + p[2] * q[0] + p[3] * q[1],
                   p[0] * q[3] + p[1] * q[2] - p[2] * q[1] + p[3] * q[0]};
    double size = sqrt(s[0] * s[0] + dot(s + 1, s + 1));
    for (int i = 0; i < 4; i++) r[i] = s[i] / size;
}

static void conjugate(const double *q, double *p) {
    p[0] = q[0];
    for (int i = 1; i < 4; i++) p[i] = -q[i];
}

static void rotate(const double *q, const double *v, double *to) {
    double t[3], u[3];
    cross(q + 1, v, t);
    EACH t[i] *= 2.0;
    cross(q + 1, t, u);
    EACH to[i] = v[i] + q[0] * t[i] + u[i];
}

static void turn_by(const double *angle, double *q) { /* rotation vector [rad] */
    double size = norm(angle), k = size > 1e-9 ? sin(0.5 * size) / size : 0.5;
    q[0] = cos(0.5 * size);
    EACH q[i + 1] = k * angle[i];
}

static void angle_of(const double *q, double *angle) {
    double sine = norm(q + 1), sign = q[0] < 0.0 ? -1.0 : 1.0;
    double size = 2.0 * atan2(sine, sign * q[0]);
    EACH angle[i] = sine > 1e-9 ? sign * q[i + 1] / sine * size : 2.0 * sign * q[i + 1];
}

static void from_axes(const double *x, const double *y, const double *z, double *q) {
    double m[4] = {x[0] + y[1] + z[2], x[0] - y[1] - z[2], y[1] - x[0] - z[2],
                   z[2] - x[0] - y[1]};
    int k = 0;
    for (int i = 1; i < 4; i++) if (m[i] > m[k]) k = i;
    double s = 0.5 / sqrt(1.0 + m[k]), wx = y[2] - z[1], wy = z[0] - x[2];
    double wz = x[1] - y[0], xy = x[1] + y[0], xz = z[0] + x[2], yz = y[2] + z[1];
    double rows[4][4] = {{0, wx, wy, wz}, {wx, 0, xy, xz}, {wy, xy, 0, yz}, {wz, xz, yz, 0}};
    for (int i = 0; i < 4; i++) q[i] = i == k ? 0.25 / s : rows[k][i] * s;
}

/* ---- what is loaded ---------------------------------------------------------------- */

static struct {
    double mu, radius, C[DEGREE + 1][DEGREE + 1], S[DEGREE + 1][DEGREE + 1], tide[9];
    int degree, jets, pairs;
    double dcm_PM[9], omega[3], q_IM0[4], site[3], site_radius, normal[3];
    double mass, empty, inertia_wet[3], inertia_dry[3], com_wet[3], com_dry[3];
    double main, main_flow, assist, assist_flow, assist_least, lag, jet_flow, jet_least;
    /* one more than there is room for: so that too many are noticed */
    double table[JETS * 6 + 1], opposites[PAIRS * JETS + 1], imu[3], laser[3], cant_max, standoff;
    double deorbit_dv, deorbit_time, ignition_time;
    double level, end_height, end_rate, end_speed, end_range, freeze;
    double decel, low_height, low_rate, last_height, last_rate, duty_max, main_off;
    double tilt, tilt_low, rate_gain, drift_gain, place_gain, drift_max;
    double descent_height, landing_height, confirm;
    double wn, wn_coast, damping, rate_max, accel_max, trim_max, trim_gain;
} load;

static double factor(int n, int m) { /* unnormalised over normalised coefficient */
    double f = (m ? 2.0 : 1.0) * (2 * n + 1);
    for (int k = n - m + 1; k <= n + m; k++) f /= k;
    return sqrt(f);
}

static void read_field(void) {
    enum { MOST = (DEGREE + 1) * (DEGREE + 1) };
    double flat[MOST + 1]; /* one more: so that a larger field is noticed */
    const char *keys[2] = {"moon.gravity.C", "moon.gravity.S"};
    for (int part = 0; part < 2; part++) {
        int count = numbers(hello, keys[part], flat, MOST + 1);
        int side = (int)(sqrt((double)count) + 0.5);
        if (count < 1) die("the hello has no gravity field: above degree 63 it is not told");
        if (count > MOST) die("a gravity field above degree 12");
        if (side * side != count) die("a gravity field that is no square");
        load.degree = side - 1;
        for (int n = 0; n < side; n++)
            for (int m = 0; m <= n; m++)
                (part ? load.S : load.C)[n][m] = flat[n * side + m] * factor(n, m);
    }
}

static void read_load(void) {
    static const struct { const char *key; double *to; int count; } all[] = {
        {"moon.gravity.mu", &load.mu, 1},
        {"moon.gravity.radius", &load.radius, 1},
        {"moon.gravity.tide", load.tide, 9},
        {"moon.dcm_PM", load.dcm_PM, 9},
        {"moon.omega_MI_M", load.omega, 3},
        {"moon.q_IM0", load.q_IM0, 4},
        {"moon.site_M", load.site, 3},
        {"vehicle.mass_start", &load.mass, 1},
        {"vehicle.mass_empty", &load.empty, 1},
        {"vehicle.inertia_wet", load.inertia_wet, 3},
        {"vehicle.inertia_dry", load.inertia_dry, 3},
        {"vehicle.com_wet_B", load.com_wet, 3},
        {"vehicle.com_dry_B", load.com_dry, 3},
        {"vehicle.main_thrust", &load.main, 1},
        {"vehicle.main_flow", &load.main_flow, 1},
        {"vehicle.assist_thrust", &load.assist, 1},
        {"vehicle.assist_flow", &load.assist_flow, 1},
        {"vehicle.assist_on_time_min", &load.assist_least, 1},
        {"vehicle.thrust_lag", &load.lag, 1},
        {"vehicle.rcs_flow", &load.jet_flow, 1},
        {"vehicle.rcs_on_time_min", &load.jet_least, 1},
        {"vehicle.imu_B", load.imu, 3},
        {"vehicle.laser_B", load.laser, 3},
        {"vehicle.cant_max", &load.cant_max, 1},
        {"vehicle.standoff", &load.standoff, 1},
        {"guidance.plane_normal_M", load.normal, 3},
        {"guidance.deorbit_dv", &load.deorbit_dv, 1},
        {"sequence.phases.braking.target.level", &load.level, 1},
        {"sequence.phases.braking.target.height", &load.end_height, 1},
        {"sequence.phases.braking.target.rate", &load.end_rate, 1},
        {"sequence.phases.braking.target.speed", &load.end_speed, 1},
        {"sequence.phases.braking.target.range", &load.end_range, 1},
        {"sequence.phases.braking.target.freeze", &load.freeze, 1},
        {"guidance.schedule_decel", &load.decel, 1},
        {"guidance.schedule_height", &load.low_height, 1},
        {"guidance.schedule_rate", &load.low_rate, 1},
        {"guidance.landing_height", &load.last_height, 1},
        {"guidance.landing_rate", &load.last_rate, 1},
        {"guidance.terminal_duty_max", &load.duty_max, 1},
        {"guidance.main_off_height", &load.main_off, 1},
        {"guidance.tilt_max", &load.tilt, 1},
        {"guidance.tilt_landing_max", &load.tilt_low, 1},
        {"guidance.rate_gain", &load.rate_gain, 1},
        {"guidance.drift_gain", &load.drift_gain, 1},
        {"guidance.position_gain", &load.place_gain, 1},
        {"guidance.drift_max", &load.drift_max, 1},
        {"sequence.deorbit_time", &load.deorbit_time, 1},
        {"sequence.ignition_time", &load.ignition_time, 1},
        {"sequence.phases.pitch_up.ends.terminal_descent.altitude_below", &load.descent_height, 1},
        {"sequence.phases.terminal_descent.ends.terminal_landing.altitude_below", &load.landing_height, 1},
        {"sequence.contact_confirm", &load.confirm, 1},
        {"control.bandwidth", &load.wn, 1},
        {"control.bandwidth_coast", &load.wn_coast, 1},
        {"control.damping", &load.damping, 1},
        {"control.rate_max", &load.rate_max, 1},
        {"control.accel_max", &load.accel_max, 1},
        {"control.torque_trim_max", &load.trim_max, 1},
        {"control.trim_gain", &load.trim_gain, 1},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        need(all[i].key, all[i].to, all[i].count);
    int count = numbers(hello, "vehicle.rcs_allocation", load.table, JETS * 6 + 1);
    load.jets = count / 6;
    if (load.jets < 1) die("no attitude thrusters");
    if (count > JETS * 6) die("more than 32 attitude thrusters");
    count = numbers(hello, "vehicle.rcs_opposites", load.opposites, PAIRS * JETS + 1);
    if (count > PAIRS * JETS) die("more pairs of thrusters than it knows");
    load.pairs = count / load.jets;
    load.site_radius = norm(load.site);
    if (load.main <= 0.0 || load.assist <= 0.0) die("needs main and assist engines");
    read_field();
}

/* ---- the Moon as it is loaded ------------------------------------------------------- */

/* Pull of degrees 2 and up, Cunningham's recursion, Moon-fixed principal axes. */
static void uneven(const double *r, double *a) {
    double V[DEGREE + 2][DEGREE + 2], W[DEGREE + 2][DEGREE + 2];
    int top = load.degree + 1;
    double r2 = dot(r, r), k = load.radius / r2, rho = load.radius * k;
    double x = r[0] * k, y = r[1] * k, z = r[2] * k;
    V[0][0] = sqrt(rho), W[0][0] = 0.0;
    for (int m = 0; m <= top; m++) {
        if (m) {
            V[m][m] = (2 * m - 1) * (x * V[m - 1][m - 1] - y * W[m - 1][m - 1]);
            W[m][m] = (2 * m - 1) * (x * W[m - 1][m - 1] + y * V[m - 1][m - 1]);
        }
        for (int n = m + 1; n <= top; n++) {
            double p = (2.0 * n - 1) / (n - m) * z, q = (n + m - 1.0) / (n - m) * rho;
            V[n][m] = p * V[n - 1][m] - (n - 2 >= m ? q * V[n - 2][m] : 0.0);
            W[n][m] = p * W[n - 1][m] - (n - 2 >= m ? q * W[n - 2][m] : 0.0);
        }
    }
    EACH a[i] = 0.0;
    for (int n = 2; n <= load.degree; n++)
        for (int m = 0; m <= n; m++) {
            double c = load.C[n][m], s = load.S[n][m];
            double vu = V[n + 1][m + 1], wu = W[n + 1][m + 1];
            a[2] += (n - m + 1) * (-c * V[n + 1][m] - s * W[n + 1][m]);
            if (!m) { a[0] -= c * vu, a[1] -= c * wu; continue; }
            double f = 0.5 * (n - m + 1) * (n - m + 2);
            double vd = V[n + 1][m - 1], wd = W[n + 1][m - 1];
            a[0] += 0.5 * (-c * vu - s * wu) + f * (c * vd + s * wd);
            a[1] += 0.5 * (-c * wu + s * vu) + f * (-c * wd + s * vd);
        }
    EACH a[i] *= load.mu / (load.radius * load.radius);
}

static void free_fall(const double *r, const double *v, double *a) {
    double p[3], u[3], w[3], t[3], size = norm(r);
    EACH p[i] = dot(load.dcm_PM + 3 * i, r);
    uneven(p, u);
    EACH u[i] += dot(load.tide + 3 * i, p);
    cross(load.omega, r, w);
    EACH w[i] += 2.0 * v[i];
    cross(load.omega, w, t);
    EACH {
        double back = load.dcm_PM[i] * u[0] + load.dcm_PM[3 + i] * u[1] + load.dcm_PM[6 + i] * u[2];
        a[i] = -load.mu / (size * size * size) * r[i] + back - t[i];
    }
}

/* ---- navigation ---------------------------------------------------------------------- */

static struct {
    double r[3], v[3], q[4], rate[3], fall[3]; /* M axes; rate inertial, body axes */
    double accel_bias[3], gyro_bias[3], rest[3], rest_time, mass;
    int stars, ranges;
} nav;

static double full(void) { return (nav.mass - load.empty) / (load.mass - load.empty); }

static void dead_reckoning(const double *dtheta, const double *dv, double dt, int resting) {
    double arm[3], turn[3], old[3], swing[3], t[3], f[3], half[3];
    if (dt <= 0.0) return;
    memcpy(old, nav.rate, sizeof old);
    EACH turn[i] = dtheta[i] - nav.gyro_bias[i] * dt;
    EACH nav.rate[i] = turn[i] / dt;
    /* the unit sits beside the centre of mass */
    EACH arm[i] = load.imu[i] - load.com_dry[i] - full() * (load.com_wet[i] - load.com_dry[i]);
    EACH t[i] = nav.rate[i] - old[i];
    cross(t, arm, swing);
    cross(nav.rate, arm, t);
    cross(nav.rate, t, f);
    EACH f[i] = dv[i] - swing[i] - dt * f[i];
    if (resting) { /* nothing pushes: it reads its own bias */
        nav.rest_time += dt;
        EACH nav.rest[i] += f[i];
        if (nav.rest_time > 20.0) EACH nav.accel_bias[i] = nav.rest[i] / nav.rest_time;
        EACH f[i] = 0.0;
    } else
        EACH f[i] -= nav.accel_bias[i] * dt;
    cross(turn, f, t);
    EACH half[i] = f[i] + 0.5 * t[i];
    rotate(nav.q, half, f);
    EACH f[i] /= dt;
    double kr[4][3], kv[4][3], r[3], v[3];
    static const double at[4] = {0.0, 0.5, 0.5, 1.0};
    for (int k = 0; k < 4; k++) { /* Runge and Kutta */
        EACH r[i] = nav.r[i] + (k ? at[k] * dt * kr[k - 1][i] : 0.0);
        EACH v[i] = nav.v[i] + (k ? at[k] * dt * kv[k - 1][i] : 0.0);
        free_fall(r, v, kv[k]);
        EACH kv[k][i] += f[i], kr[k][i] = v[i];
    }
    EACH nav.r[i] += dt / 6.0 * (kr[0][i] + 2.0 * kr[1][i] + 2.0 * kr[2][i] + kr[3][i]);
    EACH nav.v[i] += dt / 6.0 * (kv[0][i] + 2.0 * kv[1][i] + 2.0 * kv[2][i] + kv[3][i]);
    double spin[4], moon[3], q[4];
    EACH moon[i] = -dt * load.omega[i];
    turn_by(moon, spin);
    multiply(spin, nav.q, q);
    turn_by(turn, spin);
    multiply(q, spin, nav.q);
}

static void star_tracker(const double *q_IB, double time, double since) {
    double turn[3], q[4], q_IM[4], back[4], seen[4], error[3];
    if (isnan(q_IB[0])) return;
    EACH turn[i] = time * load.omega[i];
    turn_by(turn, q);
    multiply(load.q_IM0, q, q_IM);
    conjugate(q_IM, back);
    multiply(back, q_IB, seen);
    conjugate(nav.q, back);
    multiply(back, seen, q);
    angle_of(q, error);
    nav.stars++;
    double gain = nav.stars < 20 ? 1.0 / nav.stars : 0.05;
    EACH error[i] *= gain;
    turn_by(error, q);
    multiply(nav.q, q, seen);
    memcpy(nav.q, seen, sizeof seen);
    if (nav.stars >= 20 && since > 0.0)
        EACH nav.gyro_bias[i] -= 0.02 * error[i] / since;
}

/* Height by the range finder: the place moves at once, the rate slowly. */
static void range_finder(double range, double cant, double age, double tick) {
    double beam[3] = {-sin(cant), 0.0, -cos(cant)}, b[3], arm[3], a[3];
    if (isnan(range)) return;
    double size = norm(nav.r);
    EACH arm[i] = load.laser[i] - load.com_dry[i] - full() * (load.com_wet[i] - load.com_dry[i]);
    rotate(nav.q, beam, b);
    rotate(nav.q, arm, a);
    double down = -dot(b, nav.r) / size, rate = dot(nav.v, nav.r) / size;
    if (down < 0.5 || range > 6000.0) return; /* the ground is another one over there */
    double height = range * down - dot(a, nav.r) / size + rate * age;
    double error = height - (size - load.site_radius);
    nav.ranges++;
    /* low, only the ground below counts; the rate is known well without it, and a slope
     * that passes below is none */
    double least = height < 200.0 ? 0.15 : 0.05;
    double gain = nav.ranges < 20 && 1.0 / nav.ranges > least ? 1.0 / nav.ranges : least;
    double to_rate = nav.ranges < 20 ? 0.0 : 0.0005 / tick;
    EACH nav.v[i] += to_rate * error * nav.r[i] / size;
    EACH nav.r[i] += gain * error * nav.r[i] / size;
}

/* ---- guidance ------------------------------------------------------------------------ */

static struct { double up[3], ahead[3], height, climb, speed, ground, offset, drift; } here;

static void look(void) {
    double size = norm(nav.r), up_site[3], ahead[3];
    EACH here.up[i] = nav.r[i] / size, up_site[i] = load.site[i] / load.site_radius;
    cross(load.normal, here.up, here.ahead);
    cross(load.normal, up_site, ahead);
    here.height = size - load.site_radius - load.standoff;
    here.climb = dot(nav.v, here.up), here.speed = dot(nav.v, here.ahead);
    here.ground = load.site_radius * atan2(-dot(nav.r, ahead), dot(nav.r, up_site));
    here.offset = dot(nav.r, load.normal), here.drift = dot(nav.v, load.normal);
}

static struct { double level, t_go, age, c0, c1; int there; } burn;

/* Net climb acceleration c0 + c1 t that ends `t` from now at the planned height and rate. */
static void climb_plan(double t, double *c0, double *c1) {
    double dh = load.end_height - here.height - here.climb * t;
    double dw = -load.end_rate - here.climb;
    *c0 = 6.0 * dh / (t * t) - 2.0 * dw / t;
    *c1 = 2.0 * (dw - *c0 * t) / (t * t);
}

/* Speed at the end of a burn of `t` seconds; the ground that it covers. */
static double burn_out(double level, double t, double *ground) {
    enum { STEPS = 100 };
    double c0, c1, v = here.speed, s = 0.0, last = 0.0, h = t / STEPS;
    double force = level * (load.main + load.assist);
    double flow = level * (load.main_flow + load.assist_flow);
    climb_plan(t, &c0, &c1);
    for (int k = 0; k < STEPS; k++) {
        double now = (k + 0.5) * h, mid = v - 0.5 * h * last;
        double r = load.site_radius + here.height + now * (here.climb + now * (c0 / 2 + now * c1 / 6));
        double up = c0 + c1 * now + load.mu / (r * r) - mid * mid / r;
        double all = force / (nav.mass - flow * now), left = all * all - up * up;
        last = sqrt(left > 0.04 * all * all ? left : 0.04 * all * all);
        v -= h * last, s += h * mid * load.site_radius / r;
    }
    *ground = s;
    return v;
}

/* Two bisections: the time that takes the speed away, the level that ends at the range.
 * Once there is a solution the next is looked for beside it: near the end, where little
 * thrust is left for the speed, there is a second one. */
static double burn_time(double level, double *ground) {
    double left = burn.t_go - burn.age;
    double low = burn.there ? 0.9 * left - 1.0 : 1.0;
    double high = burn.there ? 1.1 * left + 1.0 : 900.0;
    double most = 0.95 * nav.mass / (level * (load.main_flow + load.assist_flow));
    if (high > most) high = most;
    if (low < 1.0) low = 1.0;
    for (int k = 0; k < 40; k++) {
        double t = 0.5 * (low + high);
        if (burn_out(level, t, ground) > load.end_speed) low = t; else high = t;
    }
    return 0.5 * (low + high);
}

static void solve_burn(void) {
    double ground, wanted = here.ground - load.end_range;
    double low = burn.there ? clip(burn.level - 0.01, 0.85, 0.98) : 0.85;
    double high = burn.there ? clip(burn.level + 0.01, 0.87, 1.0) : 1.0;
    for (int k = 0; k < 30; k++) {
        double level = 0.5 * (low + high);
        burn_time(level, &ground);
        if (ground > wanted) low = level; else high = level;
    }
    burn.level = 0.5 * (low + high);
    burn.t_go = burn_time(burn.level, &ground);
    burn.age = 0.0, burn.there = 1;
    climb_plan(burn.t_go, &burn.c0, &burn.c1);
}

static double brake(double *direction) {
    double force = burn.level * (load.main + load.assist), all = force / nav.mass;
    double size = norm(nav.r), v2 = dot(nav.v, nav.v) - here.climb * here.climb;
    double weight = -dot(nav.fall, here.up) - v2 / size;
    double up = clip(burn.c0 + burn.c1 * burn.age + weight, -0.9 * all, 0.9 * all);
    double t = burn.t_go - burn.age > load.freeze ? burn.t_go - burn.age : load.freeze;
    double aside = -6.0 * here.offset / (t * t) - 4.0 * here.drift / t;
    aside = clip(aside, -0.15 * all, 0.15 * all);
    double left = all * all - up * up - aside * aside, least = 0.01 * all * all;
    double back = sqrt(left > least ? left : least);
    EACH direction[i] = here.up[i] * up + load.normal[i] * aside - here.ahead[i] * back;
    return force;
}

static double land(double *direction, double most) {
    double h = here.height, fall = -here.climb, level[3], miss[3], planned, steeper;
    if (h > load.low_height) {
        planned = sqrt(load.low_rate * load.low_rate + 2.0 * load.decel * (h - load.low_height));
        steeper = load.decel / planned;
    } else {
        double slope = (load.low_rate - load.last_rate) / (load.low_height - load.last_height);
        planned = load.last_rate + (h > load.last_height ? slope * (h - load.last_height) : 0.0);
        steeper = h > load.last_height ? slope : 0.0;
    }
    EACH level[i] = nav.v[i] - here.climb * here.up[i];
    double weight = -dot(nav.fall, here.up) - dot(level, level) / norm(nav.r);
    double up = weight + steeper * fall + load.rate_gain * (fall - planned);
    up = clip(up, 0.7 * weight, most / nav.mass);
    double along = dot(load.site, here.up), fade = clip((h - 100.0) / 200.0, 0.0, 1.0);
    EACH miss[i] = load.place_gain * (load.site[i] - along * here.up[i]);
    double size = norm(miss) + 1e-9, cut = load.drift_max / size;
    EACH level[i] = load.drift_gain * (fade * (cut < 1.0 ? cut : 1.0) * miss[i] - level[i]);
    double tilt = h > load.low_height ? load.tilt : h > 3.0 ? load.tilt_low : 0.3 * load.tilt_low;
    cut = up * tan(tilt) / (norm(level) + 1e-9);
    EACH direction[i] = here.up[i] * up + (cut < 1.0 ? cut : 1.0) * level[i];
    double force = nav.mass * norm(direction);
    return force < most ? force : most;
}

/* ---- control ------------------------------------------------------------------------- */

static double trim[3], owed[JETS];

static void steer(double *direction, int tight, double dt, double *duty) {
    double x[3], y[3], q_cmd[4], back[4], q[4], error[3], torque[3], size = norm(direction);
    EACH direction[i] /= size;
    double along = dot(load.normal, direction);
    EACH y[i] = load.normal[i] - along * direction[i];
    size = norm(y);
    EACH y[i] /= size;
    cross(y, direction, x);
    from_axes(x, y, direction, q_cmd);
    conjugate(nav.q, back);
    multiply(back, q_cmd, q);
    angle_of(q, error);
    size = norm(error) + 1e-12;
    double wn = tight ? load.wn : load.wn_coast, rate = 0.5 * wn / load.damping * size;
    double stop = sqrt(2.0 * load.accel_max * size);
    rate = rate < stop ? rate : stop;
    rate = rate < load.rate_max ? rate : load.rate_max;
    EACH {
        double inertia = load.inertia_dry[i] + full() * (load.inertia_wet[i] - load.inertia_dry[i]);
        double off = rate * error[i] / size - nav.rate[i];
        trim[i] += load.trim_gain * inertia * off * wn * dt;
        trim[i] = tight ? clip(trim[i], -load.trim_max, load.trim_max) : 0.0;
        torque[i] = inertia * 2.0 * load.damping * wn * off + trim[i];
    }
    double most = 1.0;
    for (int j = 0; j < load.jets; j++) {
        duty[j] = 0.0;
        EACH duty[j] += load.table[6 * j + 2 * i + (torque[i] < 0.0)] * fabs(torque[i]);
    }
    for (int p = 0; p < load.pairs; p++) { /* what two jets would cancel is left out */
        const double *of = load.opposites + p * load.jets;
        double both = 1e9;
        for (int j = 0; j < load.jets; j++) if (of[j] > 0.0 && duty[j] < both) both = duty[j];
        for (int j = 0; j < load.jets; j++) if (of[j] > 0.0) duty[j] -= both;
    }
    for (int j = 0; j < load.jets; j++) if (duty[j] > most) most = duty[j];
    for (int j = 0; j < load.jets; j++) {
        duty[j] = duty[j] / most * dt + (tight ? owed[j] : 0.0);
        owed[j] = 0.0;
        /* too short a pulse is saved up; in the coast it is dropped */
        if (duty[j] < load.jet_least) owed[j] = duty[j], duty[j] = 0.0;
        duty[j] = clip(duty[j] / dt, 0.0, 1.0);
    }
}

/* ---- one tick ------------------------------------------------------------------------ */

static struct {
    int phase, ticks;
    double dv, still, thrust, contact, star_time;
    int jets_on;
} craft;

typedef struct { double main, assist, jets[JETS], cant; } Orders;

static void advance(double time, double dt, double thrust_dv, int touching) {
    int p = craft.phase;
    if (p == DEORBIT) craft.dv += thrust_dv;
    craft.contact = touching ? craft.contact + dt : 0.0;
    double left = burn.t_go - burn.age;
    if (p == BOOT && time >= load.deorbit_time - 0.5 * dt) p = DEORBIT;
    else if (p == DEORBIT && craft.dv >= load.deorbit_dv - 0.01) p = COAST;
    else if (p == COAST && time >= load.ignition_time - 0.5 * dt) p = BRAKING;
    else if (p == BRAKING && (left <= 0.0 || here.height < load.end_height)) p = PITCH_UP;
    else if (p == PITCH_UP && here.height < load.descent_height) p = DESCENT;
    else if (p == DESCENT && here.height < load.landing_height) p = LANDING;
    if (p >= PITCH_UP && craft.contact >= load.confirm) p = LANDED;
    craft.phase = p;
}

static void guide(double time, double dt, Orders *o) {
    double direction[3], force = 0.0, before = load.ignition_time - time;
    int p = craft.phase;
    int low = p >= DESCENT && here.height < load.main_off;
    double most = (low ? 0.0 : load.main) + load.duty_max * load.assist;
    memset(o, 0, sizeof *o);
    EACH direction[i] = -nav.v[i];
    if (p == DEORBIT) {
        double lacks = nav.mass * (load.deorbit_dv - craft.dv) - craft.thrust * load.lag;
        o->main = clip(lacks / (load.main * dt), 0.0, 1.0);
    } else if (before < 60.0 && p <= BRAKING) {
        double left = burn.t_go - burn.age;
        int frozen = p == BRAKING && left < load.freeze;
        if (!burn.there || (craft.ticks % 20 == 0 && !frozen)) solve_burn();
        if (p == BRAKING) force = brake(direction); else brake(direction);
    } else if (p >= PITCH_UP)
        force = land(direction, most);
    int tight = p != COAST || before < 25.0;
    if (p == LANDED) return;
    if (force > 0.0) {
        o->main = low ? 0.0 : 1.0;
        double of_assist = (force - o->main * load.main) / load.assist;
        o->assist = clip(of_assist, 0.0, p == BRAKING ? 1.0 : load.duty_max);
        if (o->assist * dt < load.assist_least) o->assist = 0.0;
    }
    steer(direction, tight, dt, o->jets);
}

static void account(double dt, const Orders *o) {
    double used = o->main * load.main_flow + o->assist * load.assist_flow;
    craft.jets_on = 0;
    for (int j = 0; j < load.jets; j++) {
        used += load.jet_flow * o->jets[j];
        if (o->jets[j] > 0.0) craft.jets_on = 1;
    }
    nav.mass -= used * dt;
    if (nav.mass < load.empty) nav.mass = load.empty;
    double burning = o->main * load.main;
    craft.thrust = burning + (craft.thrust - burning) * exp(-dt / load.lag);
    craft.still = o->main > 0.0 || o->assist > 0.0 ? 0.0 : craft.still + dt;
    burn.age += dt;
    craft.ticks++;
}

int main(void) {
    int kind;
    uint64_t tick;
    connect_to(getenv("FRIGORIS_SOFTWARE"));
    hello = (char *)receive(&kind, &tick);
    read_load();
    need("r_M_m", nav.r, 3), need("v_M_m_s", nav.v, 3), need("q_MB", nav.q, 4);
    need("omega_BI_B_rad_s", nav.rate, 3);
    nav.mass = load.mass, craft.still = 100.0;
    const char *in = "measurements", *out = "commands";
    int f_time = field(in, "time_s"), f_tick = field(in, "tick_s");
    int f_elapsed = field(in, "elapsed_s"), f_theta = field(in, "dtheta_B_rad");
    int f_dv = field(in, "dv_B_m_s"), f_star = field(in, "q_IB");
    int f_range = field(in, "laser_range_m"), f_cant = field(in, "laser_cant_rad");
    int f_age = field(in, "laser_age_s"), f_contact = field(in, "contact");
    int legs = told(in, "contact", "count");
    int count = length(in) / 8, answers = length(out) / 8;
    if (f_time < 0 || f_dv < 0 || f_star < 0 || f_range < 0) die("instruments are missing");
    unsigned char ready[] = "{\"name\":\"lander.c\"}";
    send_frame(READY, 0, ready, sizeof ready - 1);
    for (;;) {
        unsigned char *payload = receive(&kind, &tick), reply[4096];
        if (kind != MEASUREMENTS) return 0;
        double m[256], c[512] = {0};
        for (int k = 0; k < count && k < 256; k++) m[k] = get_number(payload + 8 * k);
        free(payload);
        double time = m[f_time], dt = m[f_tick], elapsed = m[f_elapsed];
        int resting = craft.phase < BRAKING && craft.still >= 2.0 && !craft.jets_on;
        dead_reckoning(m + f_theta, m + f_dv, elapsed, resting);
        if (!isnan(m[f_star])) {
            star_tracker(m + f_star, time, time - craft.star_time);
            craft.star_time = time;
        }
        /* a jump of the height late in the burn would steal the thrust from the speed */
        if (craft.phase >= PITCH_UP)
            range_finder(m[f_range], m[f_cant], m[f_age], elapsed);
        free_fall(nav.r, nav.v, nav.fall);
        look();
        int touching = 0;
        for (int k = 0; k < legs; k++) touching |= m[f_contact + k] > 0.5;
        advance(time, dt, m[f_dv + 2] - nav.accel_bias[2] * elapsed, touching);
        Orders o;
        guide(time, dt, &o);
        double back[4], down[3] = {-here.up[0], -here.up[1], -here.up[2]}, d[3];
        conjugate(nav.q, back);
        rotate(back, down, d);
        o.cant = clip(atan2(-d[0], -d[2]), 0.0, load.cant_max);
        account(dt, &o);
        c[field(out, "main_duty")] = o.main;
        c[field(out, "assist_duty")] = o.assist;
        memcpy(c + field(out, "rcs_duty"), o.jets, sizeof(double) * (size_t)load.jets);
        c[field(out, "laser_cant_rad")] = o.cant;
        c[field(out, "phase")] = craft.phase;
        memcpy(c + field(out, "est_r_M_m"), nav.r, sizeof nav.r);
        memcpy(c + field(out, "est_v_M_m_s"), nav.v, sizeof nav.v);
        memcpy(c + field(out, "est_q_MB"), nav.q, sizeof nav.q);
        memcpy(c + field(out, "est_rate_B_rad_s"), nav.rate, sizeof nav.rate);
        c[field(out, "est_mass_kg")] = nav.mass;
        for (int k = 0; k < answers; k++) put_number(reply + 8 * k, c[k]);
        send_frame(COMMANDS, tick, reply, 8 * (size_t)answers);
    }
}
