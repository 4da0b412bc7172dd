<?php
/**
 * Plugin Name: Ringtrail
 * Description: Loads the Ringtrail script, which swaps the phone numbers of this site for tracked ones.
 * Version: 1.0.0
 * Requires PHP: 7.4
 * License: MIT
 */

if (!defined('ABSPATH')) {
    exit;
}

add_action('admin_init', function () {
    add_settings_section('ringtrail', 'Ringtrail', '__return_false', 'general');
    foreach (['ringtrail_host' => 'Server (https://…)', 'ringtrail_site' => 'Site id'] as $name => $label) {
        register_setting('general', $name, [
            'sanitize_callback' => $name === 'ringtrail_host' ? 'esc_url_raw' : 'sanitize_key',
        ]);
        add_settings_field($name, $label, function () use ($name) {
            printf('<input class="regular-text" name="%1$s" value="%2$s">', esc_attr($name), esc_attr(get_option($name, '')));
        }, 'general', 'ringtrail');
    }
});

// The attributes keep optimisers from delaying the script until a click (WP Rocket, LiteSpeed, Cloudflare Rocket Loader):
// the number would then be swapped after it was read. Page caches are safe, for only the live page is changed.
add_action('wp_head', function () {
    $host = untrailingslashit(get_option('ringtrail_host', ''));
    $site = get_option('ringtrail_site', '');
    if ($host !== '' && $site !== '') {
        printf(
            '<script async src="%s" data-site="%s" data-nowprocket data-no-optimize="1" data-cfasync="false"></script>' . "\n",
            esc_url($host . '/dni.js'),
            esc_attr($site)
        );
    }
}, 1);

// [ringtrail number="(212) 555-0123"] prints a link that is swapped even in a theme that formats numbers oddly.
add_shortcode('ringtrail', function ($attributes) {
    $number = isset($attributes['number']) ? $attributes['number'] : '';
    $digits = preg_replace('/[^0-9+]/', '', $number);
    return sprintf('<a href="tel:%s" data-dni="%s">%s</a>', esc_attr($digits), esc_attr($number), esc_html($number));
});
